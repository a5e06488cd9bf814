// Package relay hands mail to an SMTP server.
package relay

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// Encryption says how a connection to the relay is protected.
type Encryption string

// The encryptions.
const (
	StartTLS Encryption = "starttls" // a plain connection turns to TLS before anything is said on it; port 587, as a rule
	TLS      Encryption = "tls"      // TLS from the first byte; port 465, as a rule
	None     Encryption = "none"     // for relays on a loopback address only
)

const (
	connectTimeout = time.Minute
	commandTimeout = time.Minute
	// answerTimeout is for the answer to the mail as a whole, ten minutes by RFC 5321 (section 4.5.3.2.6).
	answerTimeout = 10 * time.Minute
	quitTimeout   = 5 * time.Second
)

// Options of a Relay.
type Options struct {
	Address      string     // host:port
	From         string     // sender, as in "Partner Portal <portal@msp.example>"
	User         string     // to sign in as; nobody if empty
	PasswordFile string     // has the user's password; it is read for each session, so a new one takes effect by itself
	Encryption   Encryption // if empty, none for a relay on a loopback address and StartTLS for any other
	// CAFile has the certificates, PEM, by which the relay's is judged; those of the system if empty.
	CAFile string

	AnswerTimeout time.Duration // for the answer to a mail; ten minutes if zero
}

// Relay is an SMTP server that takes mail to hand on.
type Relay struct {
	address, host string
	from          *mail.Address
	user          string
	passwordFile  string
	encryption    Encryption
	tls           *tls.Config
	name          string // by which it is greeted
	answerTimeout time.Duration
}

var _ domain.Relay = (*Relay)(nil)

// New judges the options; it connects to nothing. Errors begin with the name of the server's flag.
func New(o Options) (*Relay, error) {
	host, port, err := net.SplitHostPort(o.Address)
	if number, bad := strconv.Atoi(port); err != nil || host == "" || bad != nil || number < 1 || number > 65535 {
		return nil, fmt.Errorf("--smtp: %q is not of the form host:port", o.Address)
	}
	from, err := mail.ParseAddress(o.From)
	if err != nil {
		return nil, fmt.Errorf("--smtp-from: %q is no e-mail address, as in \"Partner Portal <portal@msp.example>\"", o.From)
	}
	switch o.Encryption {
	case StartTLS, TLS:
	case "":
		o.Encryption = StartTLS
		if isLoopback(host) {
			o.Encryption = None
		}
	case None:
		if !isLoopback(host) {
			return nil, fmt.Errorf("--smtp-tls: refusing to talk to %s in plain text, invitations with temporary passwords would cross the network readable; say %s or %s", o.Address, StartTLS, TLS)
		}
	default:
		return nil, fmt.Errorf("--smtp-tls: %q is none of %s, %s and %s", o.Encryption, StartTLS, TLS, None)
	}
	if (o.User == "") != (o.PasswordFile == "") {
		return nil, errors.New("--smtp-user and --smtp-password-file go together")
	}
	if o.AnswerTimeout == 0 {
		o.AnswerTimeout = answerTimeout
	}
	r := &Relay{
		address: o.Address, host: host, from: from, user: o.User, passwordFile: o.PasswordFile, encryption: o.Encryption,
		tls: &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}, name: "localhost", answerTimeout: o.AnswerTimeout,
	}
	if o.User != "" {
		if _, err := r.password(); err != nil {
			return nil, err
		}
	}
	if o.CAFile != "" {
		if r.tls.RootCAs, err = loadCA(o.CAFile); err != nil {
			return nil, err
		}
	}
	if name, err := os.Hostname(); err == nil && name != "" {
		r.name = name
	}
	return r, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func loadCA(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--smtp-ca-file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("--smtp-ca-file: there is no certificate in %s, PEM is expected", file)
	}
	return pool, nil
}

func (r *Relay) password() (string, error) {
	text, err := os.ReadFile(r.passwordFile)
	if err != nil {
		return "", fmt.Errorf("--smtp-password-file: %w", err)
	}
	password := strings.TrimRight(string(text), "\r\n")
	if password == "" {
		return "", fmt.Errorf("--smtp-password-file: %s is empty", r.passwordFile)
	}
	return password, nil
}

// Connect implements domain.Relay.
func (r *Relay) Connect(ctx context.Context) (domain.RelaySession, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", r.address)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	client, err := r.greet(ctx, conn)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return &session{relay: r, conn: conn, client: client}, nil
}

// greet gets as far as the first mail could be said.
func (r *Relay) greet(ctx context.Context, conn net.Conn) (client *smtp.Client, err error) {
	switch r.encryption {
	case TLS:
		secured := tls.Client(conn, r.tls)
		if err := secured.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		client = smtp.NewClient(secured)
	case StartTLS:
		if client, err = smtp.NewClientStartTLS(conn, r.tls); err != nil {
			return nil, fmt.Errorf("STARTTLS: %w", err)
		}
	case None:
		client = smtp.NewClient(conn)
	}
	client.CommandTimeout, client.SubmissionTimeout = commandTimeout, r.answerTimeout
	if err := client.Hello(r.name); err != nil {
		return nil, err
	}
	if r.user == "" {
		return client, nil
	}
	password, err := r.password()
	if err != nil {
		return nil, err
	}
	mechanism := sasl.NewPlainClient("", r.user, password)
	if !client.SupportsAuth(sasl.Plain) && client.SupportsAuth(sasl.Login) {
		mechanism = sasl.NewLoginClient(r.user, password)
	}
	if err := client.Auth(mechanism); err != nil {
		return nil, fmt.Errorf("sign in as %s: %w", r.user, err)
	}
	return client, nil
}

// session is a connection to the relay.
type session struct {
	relay  *Relay
	conn   net.Conn
	client *smtp.Client
}

// Send implements domain.RelaySession.
func (s *session) Send(ctx context.Context, letter domain.Letter) error {
	stop := context.AfterFunc(ctx, func() { _ = s.conn.Close() })
	defer stop()
	text, err := compose(s.relay.from, letter)
	if err != nil {
		return err
	}
	if err := s.client.Mail(s.relay.from.Address, nil); err != nil {
		return err // about the sender, which is the same for every mail
	}
	if err := s.client.Rcpt(letter.To, nil); err != nil {
		refusal := aboutMail(err)
		if errors.As(refusal, new(*domain.MailRefusal)) {
			_ = s.client.Reset() // where it fails, so will the next mail
		}
		return refusal
	}
	data, err := s.client.Data()
	if err != nil {
		return aboutMail(err)
	}
	if _, err := data.Write(text); err != nil {
		return err
	}
	return aboutMail(data.Close())
}

// Close implements domain.RelaySession. A relay that does not say goodbye is not waited for.
func (s *session) Close() error {
	stop := time.AfterFunc(quitTimeout, func() { _ = s.conn.Close() })
	defer stop.Stop()
	err := s.client.Quit()
	_ = s.conn.Close() // which Quit has done if the relay said goodbye
	return err
}

// aboutMail turns what the relay has against one mail or its recipient into a refusal. What it has against this program,
// which would be the same for every mail, stays an error.
func aboutMail(err error) error {
	var answer *smtp.SMTPError
	if !errors.As(err, &answer) {
		return err
	}
	switch answer.Code {
	case 421, // the relay shuts down
		530, 534, 535, 538: // it wants a sign-in, or TLS first
		return err
	}
	code := strconv.Itoa(answer.Code)
	if e := answer.EnhancedCode; e[0] > 0 {
		code += fmt.Sprintf(" %d.%d.%d", e[0], e[1], e[2])
	}
	return &domain.MailRefusal{Code: code, Text: printable(answer.Message), Permanent: answer.Code >= 500}
}

const maxReply = 300 // characters of what a relay says

// printable makes one short line of it.
func printable(text string) string {
	line := []rune(strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(r rune) bool { return r <= ' ' || r == 0x7f }), " "))
	return string(line[:min(len(line), maxReply)])
}
