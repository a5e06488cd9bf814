// Package dnstest runs a real DNS server on a loopback address, whose records change and which fails on purpose: for tests,
// and for demonstrations on a machine without a DNS of its own.
package dnstest

import (
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/miekg/dns"

	zones "github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dns"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// Failure is how a server fails on purpose.
type Failure int

// The failures.
const (
	None     Failure = iota
	Silent           // no answer at all
	ServFail         // SERVFAIL
	Refused          // REFUSED
	Shy              // over UDP every answer is truncated, over TCP all is well
	Liar             // the answer is to another question
)

// Server is a DNS server. Its Zone holds the records; change it at any time.
type Server struct {
	*zones.Zone
	Address string // host:port, the same for UDP and TCP

	udp, tcp *dns.Server
	mu       sync.Mutex
	failure  Failure
	failing  map[string]Failure // by folded name
	seen     int
	over     map[string]int // by network
}

// Start a server on a free port of the loopback address.
func Start() (*Server, error) {
	s := &Server{Zone: &zones.Zone{}, failing: map[string]Failure{}, over: map[string]int{}}
	var err error
	for range 20 { // the port that is free for UDP may be taken for TCP
		if err = s.listen(); err == nil {
			return s, nil
		}
	}
	return nil, fmt.Errorf("start a DNS server: %w", err)
}

func (s *Server) listen() error {
	packets, err := net.ListenPacket("udp", "127.0.0.1:0") //nolint:noctx // it is at once
	if err != nil {
		return err
	}
	s.Address = packets.LocalAddr().String()
	listener, err := net.Listen("tcp", s.Address) //nolint:noctx // it is at once
	if err != nil {
		return errors.Join(err, packets.Close())
	}
	s.udp = &dns.Server{PacketConn: packets, Handler: dns.HandlerFunc(s.serve)}
	s.tcp = &dns.Server{Listener: listener, Handler: dns.HandlerFunc(s.serve)}
	for _, server := range []*dns.Server{s.udp, s.tcp} {
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go func() { _ = server.ActivateAndServe() }()
		<-started
	}
	return nil
}

// Close ends the server.
func (s *Server) Close() error { return errors.Join(s.udp.Shutdown(), s.tcp.Shutdown()) }

// Fail makes the server fail until it is told otherwise.
func (s *Server) Fail(f Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failure = f
}

// FailFor makes it fail for one name only.
func (s *Server) FailFor(name string, f Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing[dns.CanonicalName(name)] = f
}

// Questions tells how many the server has got.
func (s *Server) Questions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// Over tells how many of them came over a network, "udp" or "tcp".
func (s *Server) Over(network string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.over[network]
}

// failureFor counts a question and says how to fail it.
func (s *Server) failureFor(question *dns.Msg, network string) Failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen++
	s.over[network]++
	if len(question.Question) == 1 {
		if f, ok := s.failing[dns.CanonicalName(question.Question[0].Name)]; ok {
			return f
		}
	}
	return s.failure
}

func (s *Server) serve(w dns.ResponseWriter, question *dns.Msg) {
	network := w.LocalAddr().Network()
	reply := s.Answer(question)
	switch s.failureFor(question, network) {
	case None:
	case Silent:
		return
	case ServFail:
		reply.Answer, reply.Rcode = nil, dns.RcodeServerFailure
	case Refused:
		reply.Answer, reply.Rcode = nil, dns.RcodeRefused
	case Shy:
		if network == "udp" {
			reply.Answer, reply.Truncated = nil, true
		}
	case Liar:
		reply.Question[0].Name = "elsewhere.example."
	}
	if network == "udp" {
		size := dns.MinMsgSize
		if options := question.IsEdns0(); options != nil {
			size = int(options.UDPSize())
		}
		reply.Truncate(size)
	}
	_ = w.WriteMsg(reply) // whoever went away does not wait
}

// TXT adds a TXT record.
func (s *Server) TXT(name, text string) error {
	return s.Add(domain.DNSRecord{Name: name, Type: "TXT", Value: text})
}

// CNAME adds an alias.
func (s *Server) CNAME(name, target string) error {
	return s.Add(domain.DNSRecord{Name: name, Type: "CNAME", Value: target})
}
