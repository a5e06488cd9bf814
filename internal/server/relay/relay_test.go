package relay_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/relay"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/smtptest"
)

const from = "Partner Portal <portal@msp.example>"

func startServer(t *testing.T, o smtptest.Options) *smtptest.Server {
	t.Helper()
	s, err := smtptest.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func write(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func newRelay(t *testing.T, o relay.Options) *relay.Relay {
	t.Helper()
	if o.From == "" {
		o.From = from
	}
	r, err := relay.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func connect(t *testing.T, r *relay.Relay) domain.RelaySession {
	t.Helper()
	session, err := r.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	return session
}

func letter(id, to string) domain.Letter {
	return domain.Letter{
		ID: id, To: to, Subject: "Zugang für " + to, Date: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Body: "Guten Tag,\n.\nein Punkt steht allein, und eine Zeile ist lang: " + strings.Repeat("äö ", 500) + "\n",
	}
}

func TestLettersArrive(t *testing.T) {
	t.Parallel()
	password := write(t, "hunter2 und mehr\n")
	for name, encryption := range map[string]smtptest.Encryption{"none": "", "starttls": smtptest.StartTLS, "tls": smtptest.TLS} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t, smtptest.Options{User: "portal", Password: "hunter2 und mehr", TLS: encryption})
			o := relay.Options{Address: server.Address, User: "portal", PasswordFile: password, Encryption: relay.Encryption(encryption)}
			if encryption != "" {
				o.CAFile = write(t, string(server.CA))
			}
			session := connect(t, newRelay(t, o))
			first, second := letter("mail_1", "o'brien+a@x.example"), letter("mail_2", "b@x.example")
			for _, l := range []domain.Letter{first, second, first} {
				if err := session.Send(t.Context(), l); err != nil {
					t.Fatal(err)
				}
			}
			mails := server.Mails()
			for i, want := range []domain.Letter{first, second, first} {
				m := mails[i]
				if m.From != "portal@msp.example" || len(m.To) != 1 || m.To[0] != want.To || m.Subject != want.Subject || m.Body != want.Body ||
					m.MessageID != "<"+want.ID+"@msp.example>" {
					t.Errorf("arrived: %+v", m)
				}
				for name, value := range map[string]string{
					"From": `"Partner Portal" <portal@msp.example>`, "To": "<" + want.To + ">", "Date": "Sun, 01 Mar 2026 12:00:00 +0000",
					"Auto-Submitted": "auto-generated",
				} {
					if m.Header.Get(name) != value {
						t.Errorf("%s is %q, want %q", name, m.Header.Get(name), value)
					}
				}
			}
			if err := session.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Nothing is said to a relay that does not protect what is said, or is not the one that was meant.
func TestRelayIsNotTrusted(t *testing.T) {
	t.Parallel()
	plain, secured := startServer(t, smtptest.Options{}), startServer(t, smtptest.Options{TLS: smtptest.StartTLS})
	for name, o := range map[string]relay.Options{
		"no STARTTLS":         {Address: plain.Address, Encryption: relay.StartTLS},
		"no TLS":              {Address: plain.Address, Encryption: relay.TLS},
		"another certificate": {Address: secured.Address, Encryption: relay.StartTLS},
		"another name":        {Address: strings.Replace(secured.Address, "127.0.0.1", "127.0.0.2", 1), Encryption: relay.StartTLS, CAFile: write(t, string(secured.CA))},
	} {
		if session, err := newRelay(t, o).Connect(t.Context()); err == nil {
			_ = session.Close()
			t.Errorf("%s: connected", name)
		}
	}
}

// What the relay says of one mail is about that mail; the next one is heard all the same.
func TestRefusals(t *testing.T) {
	t.Parallel()
	server := startServer(t, smtptest.Options{})
	server.Have(smtptest.Trouble{
		Rcpt: func(to string) error {
			switch to {
			case "later@x.example":
				return smtptest.Refuse(451, [3]int{4, 7, 1}, "Greylisted,\t come back later")
			case "never@x.example":
				return smtptest.Refuse(550, [3]int{5, 1, 1}, "No such mailbox")
			}
			return nil
		},
		Data: func(m smtptest.Mail) error {
			if m.To[0] == "spam@x.example" {
				return smtptest.Refuse(554, [3]int{5, 7, 1}, strings.Repeat("spam ", 100))
			}
			return nil
		},
	})
	session := connect(t, newRelay(t, relay.Options{Address: server.Address}))
	for _, test := range []struct {
		to, code, text string
		permanent      bool
	}{
		{"later@x.example", "451 4.7.1", "Greylisted, come back later", false},
		{"never@x.example", "550 5.1.1", "No such mailbox", true},
		{"spam@x.example", "554 5.7.1", strings.Repeat("spam ", 60), true},
	} {
		var refusal *domain.MailRefusal
		err := session.Send(t.Context(), letter("mail_1", test.to))
		if !errors.As(err, &refusal) || refusal.Code != test.code || refusal.Text != test.text || refusal.Permanent != test.permanent {
			t.Errorf("%s: %#v", test.to, err)
		}
		if strings.Contains(err.Error(), "mailbox") {
			t.Errorf("the log gets %v", err)
		}
		if err := session.Send(t.Context(), letter("mail_2", "fine@x.example")); err != nil {
			t.Errorf("the next one: %v", err)
		}
	}
	if got := len(server.Mails()); got != 3 {
		t.Errorf("%d mails arrived", got)
	}
}

// What the relay has against this program is no refusal of a mail, which would be given up for it.
func TestRelayWantsSomethingElse(t *testing.T) {
	t.Parallel()
	server := startServer(t, smtptest.Options{User: "portal", Password: "right"})
	session := connect(t, newRelay(t, relay.Options{Address: server.Address}))
	if err := session.Send(t.Context(), letter("mail_1", "a@x.example")); err == nil || errors.As(err, new(*domain.MailRefusal)) {
		t.Errorf("without signing in: %v", err)
	}
	server.Have(smtptest.Trouble{Rcpt: func(string) error { return smtptest.Refuse(421, [3]int{4, 3, 2}, "shutting down") }})
	r := newRelay(t, relay.Options{Address: server.Address, User: "portal", PasswordFile: write(t, "right")})
	if err := connect(t, r).Send(t.Context(), letter("mail_1", "a@x.example")); err == nil || errors.As(err, new(*domain.MailRefusal)) {
		t.Errorf("shutting down: %v", err)
	}
	wrong := write(t, "wrong")
	r = newRelay(t, relay.Options{Address: server.Address, User: "portal", PasswordFile: wrong})
	if _, err := r.Connect(t.Context()); err == nil || !strings.Contains(err.Error(), "sign in as portal") || strings.Contains(err.Error(), "wrong") {
		t.Errorf("wrong password: %v", err)
	}
	if err := os.WriteFile(wrong, []byte("right\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	connect(t, r) // the new password takes effect by itself
}

// A relay that does not answer is not waited for without end, and what it was sent may have been taken.
func TestSilentRelay(t *testing.T) {
	t.Parallel()
	server := startServer(t, smtptest.Options{})
	defer func() { _ = server.Close() }() // before the sessions, which would wait for it
	server.Have(smtptest.Trouble{Delay: time.Hour})
	r := newRelay(t, relay.Options{Address: server.Address, AnswerTimeout: 50 * time.Millisecond})
	if err := connect(t, r).Send(t.Context(), letter("mail_1", "a@x.example")); err == nil || errors.As(err, new(*domain.MailRefusal)) {
		t.Errorf("slow: %v", err)
	}
	r = newRelay(t, relay.Options{Address: server.Address})
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := connect(t, r).Send(short, letter("mail_1", "a@x.example")); err == nil || errors.As(err, new(*domain.MailRefusal)) {
		t.Errorf("given up: %v", err)
	}
	server.Have(smtptest.Trouble{LoseAnswer: func(smtptest.Mail) bool { return true }})
	before := len(server.Mails())
	if err := connect(t, r).Send(t.Context(), letter("mail_1", "a@x.example")); err == nil || errors.As(err, new(*domain.MailRefusal)) || len(server.Mails()) != before+1 {
		t.Errorf("lost answer: %v", err)
	}

	mute, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = mute.Close() }()
	short, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := newRelay(t, relay.Options{Address: mute.Addr().String()}).Connect(short); err == nil {
		t.Error("connected to a relay that says nothing")
	}
}

// Names of customers and partners are in subjects. None can add a header.
func TestHeadersAreNotBroken(t *testing.T) {
	t.Parallel()
	server := startServer(t, smtptest.Options{})
	session := connect(t, newRelay(t, relay.Options{Address: server.Address}))
	evil := letter("mail_1", "a@x.example")
	evil.Subject = "x\r\nBcc: b@x.example"
	if err := session.Send(t.Context(), evil); err != nil {
		t.Fatal(err)
	}
	if m := server.Mails()[0]; m.Header.Get("Bcc") != "" || m.Subject != evil.Subject {
		t.Errorf("arrived: %+v", m)
	}
	evil = letter("mail_1\r\nBcc: b@x.example", "a@x.example")
	if err := session.Send(t.Context(), evil); err == nil || !strings.Contains(err.Error(), "Message-ID") {
		t.Errorf("another header: %v", err)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	password, empty := write(t, "x"), write(t, "\n")
	for want, o := range map[string]relay.Options{
		"--smtp: ":                                     {Address: "relay.example"},
		`--smtp: "relay.example:0"`:                    {Address: "relay.example:0"},
		"--smtp-from: ":                                {Address: "relay.example:25", From: "portal"},
		"--smtp-tls: refusing":                         {Address: "relay.example:25", Encryption: relay.None},
		`--smtp-tls: "ssl"`:                            {Address: "relay.example:25", Encryption: "ssl"},
		"--smtp-user and":                              {Address: "relay.example:25", User: "x"},
		"--smtp-password-file: open":                   {Address: "relay.example:25", User: "x", PasswordFile: "nowhere"},
		"--smtp-password-file: " + empty + " is empty": {Address: "relay.example:25", User: "x", PasswordFile: empty},
		"--smtp-ca-file: open":                         {Address: "relay.example:25", CAFile: "nowhere"},
		"--smtp-ca-file: there is no":                  {Address: "relay.example:25", CAFile: password},
	} {
		if o.From == "" {
			o.From = from
		}
		if _, err := relay.New(o); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	for _, o := range []relay.Options{
		{Address: "relay.example:25"},
		{Address: "127.0.0.1:25", Encryption: relay.None},
		{Address: "[::1]:25"},
		{Address: "relay.example:465", Encryption: relay.TLS, User: "x", PasswordFile: password, From: "portal@msp.example"},
	} {
		newRelay(t, o)
	}
}
