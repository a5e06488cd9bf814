package ldaptest

import (
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"sync"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// Behavior is what a server in this process does besides what it should. The zero value is a good server.
type Behavior struct {
	NoStartTLS   bool     // it refuses StartTLS
	OnlyTLS      bool     // it refuses to let anybody sign in without encryption
	MaxPage      int      // entries in a page at most, whatever was asked for
	MaxEntries   int      // entries for one search at most, whatever the pages; then its size limit is exceeded
	NoPaging     bool     // it knows no pages and answers everything at once
	References   []string // URLs of other servers that it names in each search
	Silent       bool     // it takes connections and never answers
	BreakAfter   int      // entries that it gives out on a connection before it breaks off
	Echo         bool     // it repeats the password where it refuses it
	SearchResult uint16   // the result code of each search
}

// Server is an LDAP server in this process: simple binds, StartTLS, and searches in pages. It is safe for concurrent use.
type Server struct {
	Endpoint

	listeners []net.Listener
	tls       *tls.Config
	wait      sync.WaitGroup

	mu       sync.Mutex
	content  Content
	behavior Behavior
	binds    []Bind
	searches int
	conns    map[net.Conn]bool
	closed   bool
}

// Bind is somebody who signed in, or tried to.
type Bind struct {
	DN        string
	Encrypted bool
	OK        bool
}

// Start begins to listen on free ports. Close it.
func Start(content Content) (*Server, error) {
	authority, chain, key, err := certificate()
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return nil, err
	}
	s := &Server{
		Endpoint: Endpoint{Host: Host, CA: authority}, content: content, conns: map[net.Conn]bool{},
		tls: &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}},
	}
	for _, to := range []struct {
		port      *int
		encrypted bool
	}{{&s.Port, false}, {&s.TLSPort, true}} {
		listener, err := net.Listen("tcp", net.JoinHostPort(Host, "0")) //nolint:noctx // it returns at once
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		s.listeners = append(s.listeners, listener)
		*to.port = listener.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // as asked for
		s.wait.Go(func() { s.accept(listener, to.encrypted) })
	}
	return s, nil
}

// Close ends all connections.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	var errs []error
	for _, listener := range s.listeners {
		errs = append(errs, listener.Close())
	}
	for conn := range s.conns {
		_ = conn.Close() // its reader notices
	}
	s.mu.Unlock()
	s.wait.Wait()
	return errors.Join(errs...)
}

// Set replaces all entries.
func (s *Server) Set(entries ...Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.content.Entries = entries
}

// Behave changes what it does from now on.
func (s *Server) Behave(b Behavior) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behavior = b
}

// Binds are all attempts to sign in so far.
func (s *Server) Binds() []Bind {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Bind(nil), s.binds...)
}

// Searches counts the requests of searches so far, one for each page.
func (s *Server) Searches() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.searches
}

func (s *Server) accept(listener net.Listener, encrypted bool) {
	for {
		raw, err := listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			_ = raw.Close() // nobody reads from it
			return
		}
		s.conns[raw] = true
		s.mu.Unlock()
		s.wait.Go(func() {
			s.serve(raw, encrypted)
			s.mu.Lock()
			defer s.mu.Unlock()
			delete(s.conns, raw)
			_ = raw.Close() // everything is written, or nobody reads
		})
	}
}

// session is what a connection knows.
type session struct {
	*Server
	conn      net.Conn
	encrypted bool
	signedIn  bool
	given     int // entries so far
}

func (s *Server) serve(raw net.Conn, encrypted bool) {
	c := &session{Server: s, conn: raw, encrypted: encrypted}
	if encrypted {
		c.conn = tls.Server(raw, s.tls)
	}
	for {
		packet, err := ber.ReadPacket(c.conn)
		if err != nil || len(packet.Children) < 2 {
			return
		}
		s.mu.Lock()
		content, behavior := s.content, s.behavior
		s.mu.Unlock()
		if behavior.Silent {
			continue
		}
		id, _ := packet.Children[0].Value.(int64) // 0 is answered to nobody
		request := packet.Children[1]
		var goOn bool
		switch request.Tag {
		case ldap.ApplicationBindRequest:
			goOn = c.bind(id, request, content, behavior)
		case ldap.ApplicationExtendedRequest:
			goOn = c.extended(id, request, behavior)
		case ldap.ApplicationSearchRequest:
			goOn = c.search(id, packet, content, behavior)
		default: // such as the wish to end
		}
		if !goOn {
			return
		}
	}
}

func (c *session) bind(id int64, request *ber.Packet, content Content, behavior Behavior) bool {
	if len(request.Children) < 3 {
		return false
	}
	dn, password := text(request.Children[1]), text(request.Children[2])
	refused := behavior.OnlyTLS && !c.encrypted
	c.signedIn = !refused && password != "" && sameDN(dn, content.BindDN) && password == content.Password
	c.mu.Lock()
	c.binds = append(c.binds, Bind{dn, c.encrypted, c.signedIn})
	c.mu.Unlock()
	code, why := uint16(ldap.LDAPResultSuccess), ""
	switch {
	case refused:
		code, why = ldap.LDAPResultConfidentialityRequired, "encrypt first"
	case !c.signedIn:
		code = ldap.LDAPResultInvalidCredentials
		if behavior.Echo {
			why = "wrong password " + password
		}
	}
	return c.result(id, ldap.ApplicationBindResponse, code, why)
}

func (c *session) extended(id int64, request *ber.Packet, behavior Behavior) bool {
	const startTLS = "1.3.6.1.4.1.1466.20037"
	if len(request.Children) == 0 || text(request.Children[0]) != startTLS || behavior.NoStartTLS || c.encrypted {
		return c.result(id, ldap.ApplicationExtendedResponse, ldap.LDAPResultProtocolError, "not supported")
	}
	if !c.result(id, ldap.ApplicationExtendedResponse, ldap.LDAPResultSuccess, "") {
		return false
	}
	c.conn, c.encrypted, c.signedIn = tls.Server(c.conn, c.tls), true, false
	return true
}

// result answers a request and tells whether that worked.
func (c *session) result(id int64, tag ber.Tag, code uint16, why string, controls ...ldap.Control) bool {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(code), ""))
	op.AppendChild(octets("")) // matched DN
	op.AppendChild(octets(why))
	return c.send(id, op, controls...)
}

func (c *session) send(id int64, op *ber.Packet, controls ...ldap.Control) bool {
	message := ber.NewSequence("")
	message.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	message.AppendChild(op)
	if len(controls) > 0 {
		list := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
		for _, control := range controls {
			list.AppendChild(control.Encode())
		}
		message.AppendChild(list)
	}
	_, err := c.conn.Write(message.Bytes())
	return err == nil
}

func octets(value string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, value, "")
}

// text of a packet whatever its tag, which for choices of the protocol is one of their own.
func text(p *ber.Packet) string {
	if value, ok := p.Value.(string); ok {
		return value
	}
	return p.Data.String()
}

// normalDN is a DN to compare by. No value in a test holds a comma or a space at its ends.
func normalDN(dn string) string {
	parts := strings.Split(strings.ToLower(dn), ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return strings.Join(parts, ",")
}

func sameDN(a, b string) bool { return normalDN(a) == normalDN(b) }

func below(dn, base string) bool {
	return sameDN(dn, base) || strings.HasSuffix(normalDN(dn), ","+normalDN(base))
}
