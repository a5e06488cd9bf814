package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// backend keeps Terraform's states in memory, by path: a state in a file is rewritten for every resource, which at this
// size hides everything else.
type backend struct {
	url    string
	mu     sync.Mutex
	states map[string][]byte
	web    *http.Server
}

func newBackend(ctx context.Context) (*backend, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &backend{url: "http://" + listener.Addr().String(), states: map[string][]byte{}}
	b.web = &http.Server{ReadHeaderTimeout: time.Minute, Handler: b}
	go func() { _ = b.web.Serve(listener) }()
	return b, nil
}

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
		if state := b.get(r.URL.Path[1:]); state != nil {
			_, _ = w.Write(state)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	case http.MethodPost:
		state, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		b.set(r.URL.Path[1:], state)
	default:
		b.set(r.URL.Path[1:], nil)
	}
}

func (b *backend) get(name string) []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.states[name]
}

// set replaces a state; nil is none.
func (b *backend) set(name string, state []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.states[name] = state
}

func (b *backend) close() { _ = b.web.Close() }
