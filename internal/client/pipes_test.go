package client

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
)

// serveByPipes is serve within a synctest bubble, with all that net/http does, but without a network.
func serveByPipes(t *testing.T, handler http.HandlerFunc, change ...func(*Config)) *Client {
	t.Helper()
	base := fmt.Sprintf("/s%d", servers.Add(1))
	c := clientOf(t, "http://127.0.0.1"+base, change...)
	transport, ok := c.transport.(*http.Transport)
	if !ok {
		t.Fatalf("got %T", c.transport)
	}
	connections := pipes{accept: make(chan net.Conn), closed: make(chan struct{})}
	transport.DialContext = connections.dial
	server := &http.Server{Handler: http.StripPrefix(base, handler)}
	go func() { _ = server.Serve(connections) }()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
	})
	return c
}

// pipes is a net.Listener of connections within the process.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
}

func (p pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.accept <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case connection := <-p.accept:
		return connection, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error {
	close(p.closed)
	return nil
}

func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }
