package main

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"time"
)

// proxy stands before a server, delays every request, and counts them.
type proxy struct {
	url      string
	latency  atomic.Int64 // nanoseconds
	requests atomic.Int64
	writes   atomic.Int64 // those that are no GET, no sign-in and no mere check
	refused  atomic.Int64 // those answered with 429
	web      *http.Server
}

func newProxy(ctx context.Context, target string) (*proxy, error) {
	to, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{url: "http://" + listener.Addr().String()}
	reverse := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(to) },
		Transport: &http.Transport{MaxIdleConns: 512, MaxIdleConnsPerHost: 512, DisableCompression: true},
		ErrorLog:  log.New(io.Discard, "", 0), // who was cut off says so
		ModifyResponse: func(r *http.Response) error {
			if r.StatusCode == http.StatusTooManyRequests {
				p.refused.Add(1)
			}
			return nil
		},
	}
	p.web = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.requests.Add(1)
		if r.Method != http.MethodGet && r.URL.Path != "/oauth/token" && !r.URL.Query().Has("validate_only") {
			p.writes.Add(1)
		}
		time.Sleep(time.Duration(p.latency.Load()))
		reverse.ServeHTTP(w, r)
	})}
	go func() { _ = p.web.Serve(listener) }()
	return p, nil
}

// reset begins to count anew, with another latency.
func (p *proxy) reset(latency time.Duration) {
	p.latency.Store(int64(latency))
	p.requests.Store(0)
	p.writes.Store(0)
	p.refused.Store(0)
}

func (p *proxy) close() { _ = p.web.Close() }
