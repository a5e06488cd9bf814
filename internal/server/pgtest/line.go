package pgtest

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
)

// socket is the name of the server's socket in its folder.
const socket = ".s.PGSQL.5432"

// Cut is where a Line breaks.
type Cut int

// The worst moments.
const (
	BeforeCommit Cut = iota // COMMIT is on its way and never arrives
	AfterCommit             // the server has committed and its answer never arrives
)

// Line is a way to a database that breaks when it is told to.
type Line struct {
	DSN string // by this way

	to     string // the server's socket
	mu     sync.Mutex
	cut    Cut
	marker string // of the transaction to break at; empty for none
}

// NewLine leads to the database of the DSN until the test ends.
func NewLine(tb testing.TB, dsn string) *Line {
	tb.Helper()
	location, err := url.Parse(dsn)
	if err != nil {
		tb.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "pgline") //nolint:usetesting // the names of tests make paths too long for a socket
	if err != nil {
		tb.Fatal(err)
	}
	query := location.Query()
	l := &Line{to: filepath.Join(query.Get("host"), socket)}
	query.Set("host", folder)
	location.RawQuery = query.Encode()
	l.DSN = location.String()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "unix", filepath.Join(folder, socket))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _, _ = listener.Close(), os.RemoveAll(folder) })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return // the test is over
			}
			go l.lead(client)
		}
	}()
	return l
}

// Break the connection, once, on which a transaction commits that has this text in a statement or a value.
func (l *Line) Break(cut Cut, marker string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut, l.marker = cut, marker
}

// marks tells whether the message is of the transaction to break at.
func (l *Line) marks(message pgproto3.FrontendMessage) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	var texts []string
	switch m := message.(type) {
	case *pgproto3.Query:
		texts = []string{m.String}
	case *pgproto3.Bind:
		for _, value := range m.Parameters {
			texts = append(texts, string(value))
		}
	}
	return l.marker != "" && slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, l.marker) })
}

// broken answers where to break, once.
func (l *Line) broken() Cut {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.marker = ""
	return l.cut
}

// lead one connection. Whatever ends it ends both sides.
func (l *Line) lead(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("unix", l.to) //nolint:noctx // it is this machine's
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	from, to := pgproto3.NewBackend(client, client), pgproto3.NewFrontend(server, server)
	startup, err := from.ReceiveStartupMessage()
	if err != nil {
		return
	}
	to.Send(startup)
	if to.Flush() != nil {
		return
	}
	last := make(chan struct{}) // closed before the message that the server's answer to is lost
	go func() {
		defer func() { _, _ = client.Close(), server.Close() }()
		answers := make([]byte, 1<<16)
		for {
			n, err := server.Read(answers)
			select {
			case <-last:
				return
			default:
			}
			if _, writeErr := client.Write(answers[:n]); err != nil || writeErr != nil {
				return
			}
		}
	}()
	for marked := false; ; {
		message, err := from.Receive()
		if err != nil {
			return
		}
		query, ok := message.(*pgproto3.Query)
		switch {
		case ok && strings.HasPrefix(query.String, "BEGIN"):
			marked = false
		case ok && query.String == "COMMIT" && marked:
			if l.broken() == BeforeCommit {
				return
			}
			close(last)
		default:
			marked = marked || l.marks(message)
		}
		to.Send(message)
		if to.Flush() != nil {
			return
		}
	}
}
