package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/directory"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/relay"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/seal"
)

// run serves until ctx ends, then lets running requests end.
func (s settings) run(ctx context.Context, stdout io.Writer) (err error) {
	if s.faultsFile != "" {
		if s.options.Faults, err = loadFaults(s.faultsFile); err != nil {
			return err
		}
	}
	if s.secretKeyFile != "" {
		if s.options.Sealer, err = seal.Load(s.secretKeyFile); err != nil {
			return fmt.Errorf("--secret-key-file: %w", err)
		}
	}
	if s.options.Directories, err = s.directories(); err != nil {
		return err
	}
	if s.smtp.Address != "" {
		if s.options.Relay, err = relay.New(s.smtp); err != nil {
			return err
		}
	}
	// What is under way when ctx ends shall end by itself, so nothing below is given ctx.
	background := context.WithoutCancel(ctx)
	server, err := New(background, s.options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()

	listener, err := (&net.ListenConfig{}).Listen(background, "tcp", s.listen)
	if err != nil {
		return err
	}
	web := &http.Server{
		Handler:           server.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.options.Logger.Handler(), slog.LevelWarn),
	}
	scheme, serve := "http", web.Serve
	if s.tlsCert != "" {
		certificate, err := tls.LoadX509KeyPair(s.tlsCert, s.tlsKey)
		if err != nil {
			return errors.Join(fmt.Errorf("load the certificate: %w", err), listener.Close())
		}
		web.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}}
		scheme, serve = "https", func(l net.Listener) error { return web.ServeTLS(l, "", "") }
	}
	served := make(chan error, 1)
	go func() { served <- serve(listener) }()
	fmt.Fprintf(stdout, "listening on %s://%s\n", scheme, listener.Addr())

	stopChores := server.startChores(background)
	defer stopChores()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
		server.Drain()
		time.Sleep(s.shutdownDelay)
		return s.shutdown(background, web)
	}
}

// shutdown takes no more requests and waits for those under way.
func (s settings) shutdown(ctx context.Context, web *http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, s.shutdownGrace)
	defer cancel()
	if err := web.Shutdown(ctx); err != nil {
		return fmt.Errorf("requests were still running after --shutdown-grace %s: %w", s.shutdownGrace, errors.Join(err, web.Close()))
	}
	return nil
}

// directories reads what the flags say about them; nothing is connected to yet.
func (s settings) directories() (domain.DirectoryReader, error) {
	var o directory.Options
	var err error
	if s.directoryCA != "" {
		if o.RootCAs, err = directory.LoadRootCAs(s.directoryCA); err != nil {
			return nil, fmt.Errorf("--directory-ca-file: %w", err)
		}
	}
	if s.directoryAPIs != "" {
		if o.Endpoints, err = directory.LoadEndpoints(s.directoryAPIs); err != nil {
			return nil, fmt.Errorf("--directory-endpoints: %w", err)
		}
	}
	return directory.New(o), nil
}
