// Package smtptest is a mail relay for tests and demonstrations: a true SMTP server that keeps what it is sent, and has the
// troubles that it is told to have.
package smtptest

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Mail is one that the server took.
type Mail struct {
	From      string // of the envelope, as is To
	To        []string
	MessageID string
	Subject   string
	Body      string
	Header    mail.Header
}

// Options of a Server. The zero value takes everything that comes to a free port of the loopback address.
type Options struct {
	Address  string // to listen on; 127.0.0.1:0 if empty
	User     string // who may send; anybody if empty
	Password string
	TLS      Encryption // none if empty
}

// Encryption says how clients have to protect their connection, for which the server makes itself a certificate.
type Encryption string

// The encryptions.
const (
	StartTLS Encryption = "starttls"
	TLS      Encryption = "tls"
)

// Trouble is what goes wrong from now on.
type Trouble struct {
	Hello func() error          // answers to a client that says hello
	Rcpt  func(to string) error // answers to a recipient; see Refuse
	Data  func(m Mail) error    // answers to a mail, which is not kept if there is one
	// LoseAnswer closes the connection after a mail was kept, before the client learns of it.
	LoseAnswer func(m Mail) bool
	Delay      time.Duration // before the answer to a mail
}

// Refuse is an answer of SMTP, such as 550 and 5.1.1.
func Refuse(code int, enhanced [3]int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}

// Server is a relay that is running.
type Server struct {
	Address string // host:port
	CA      []byte // the certificate to trust it by, PEM; nil without encryption

	options Options
	smtp    *smtp.Server
	mu      sync.Mutex
	mails   []Mail
	trouble Trouble
}

// Start a server. Close it.
func Start(o Options) (*Server, error) {
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	s := &Server{options: o}
	s.smtp = smtp.NewServer(smtp.BackendFunc(s.hello))
	s.smtp.Domain = "relay.example"
	s.smtp.AllowInsecureAuth = true
	s.smtp.ErrorLog = quiet{}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", o.Address)
	if err != nil {
		return nil, err
	}
	s.Address = listener.Addr().String()
	if o.TLS != "" {
		if s.smtp.TLSConfig, s.CA, err = certificate(); err != nil {
			return nil, errors.Join(err, listener.Close())
		}
	}
	if o.TLS == TLS {
		listener = tls.NewListener(listener, s.smtp.TLSConfig)
	}
	go func() { _ = s.smtp.Serve(listener) }() // ends with Close
	return s, nil
}

// quiet: clients that go away are what the tests are about.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// Close ends the server and every connection to it.
func (s *Server) Close() error { return s.smtp.Close() }

// Mails are those that were taken so far, in order.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// Have trouble from now on, or none again.
func (s *Server) Have(t Trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = t
}

func (s *Server) troubles() Trouble {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trouble
}

func (s *Server) hello(c *smtp.Conn) (smtp.Session, error) {
	if refuses := s.troubles().Hello; refuses != nil {
		if err := refuses(); err != nil {
			return nil, err
		}
	}
	return &session{server: s, conn: c}, nil
}

// session is one connection.
type session struct {
	server *Server
	conn   *smtp.Conn
	known  bool // the client has signed in
	from   string
	to     []string
}

var _ smtp.AuthSession = (*session)(nil)

func (s *session) AuthMechanisms() []string {
	if s.server.options.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.server.options.User || password != s.server.options.Password {
			return smtp.ErrAuthFailed
		}
		s.known = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	_, secured := s.conn.TLSConnectionState()
	switch {
	case s.server.options.TLS != "" && !secured:
		return Refuse(530, [3]int{5, 7, 0}, "Must issue a STARTTLS command first")
	case s.server.options.User != "" && !s.known:
		return smtp.ErrAuthRequired
	}
	s.from, s.to = from, nil
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if refuses := s.server.troubles().Rcpt; refuses != nil {
		if err := refuses(to); err != nil {
			return err
		}
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	m, err := s.read(r)
	if err != nil {
		return err
	}
	trouble := s.server.troubles()
	time.Sleep(trouble.Delay)
	if trouble.Data != nil {
		if err := trouble.Data(m); err != nil {
			return err
		}
	}
	s.server.mu.Lock()
	s.server.mails = append(s.server.mails, m)
	s.server.mu.Unlock()
	if trouble.LoseAnswer != nil && trouble.LoseAnswer(m) {
		return s.conn.Conn().Close()
	}
	return nil
}

func (s *session) read(r io.Reader) (Mail, error) {
	message, err := mail.ReadMessage(r)
	if err != nil {
		return Mail{}, err
	}
	m := Mail{From: s.from, To: s.to, MessageID: message.Header.Get("Message-ID"), Header: message.Header}
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject")); err != nil {
		return Mail{}, err
	}
	body, err := io.ReadAll(quotedprintable.NewReader(message.Body))
	m.Body = string(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")))
	return m, err
}

func (s *session) Reset() { s.from, s.to = "", nil }

func (*session) Logout() error { return nil }

// certificate makes one for the loopback address that signs itself.
func certificate() (*tls.Config, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "relay.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, DNSNames: []string{"localhost"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, nil, fmt.Errorf("make a certificate: %w", err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}
