package servertest

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/relay"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/smtptest"
)

// Post is a mail relay for a server, and what people do with the mail that arrives there.
type Post struct{ *smtptest.Server }

// NewPost starts one that ends with the test.
func NewPost(tb testing.TB) *Post {
	tb.Helper()
	s, err := smtptest.Start(smtptest.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return &Post{s}
}

// WithPost hands the server's mail to a relay, when the test has the server's chores done.
func WithPost(p *Post) Option {
	return func(c *config) {
		r, err := relay.New(relay.Options{Address: p.Address, From: "portal@northwind-msp.example"})
		if err != nil {
			panic(err) // a mistake in NewPost
		}
		c.options.Relay = r
	}
}

// OwnPassword is what Register makes the password of each person.
const OwnPassword = "a horse of my own"

var temporaryPassword = regexp.MustCompile(`(?m)^Temporary password: ([0-9a-z-]{24})$`)

// TemporaryPassword has the server send its mail and answers the password of the last invitation that a person got.
func (s *Server) TemporaryPassword(tb testing.TB, p *Post, email string) string {
	tb.Helper()
	if err := s.Service.DoChores(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	password := ""
	for _, m := range p.Mails() {
		if found := temporaryPassword.FindStringSubmatch(m.Body); found != nil && strings.EqualFold(m.To[0], email) {
			password = found[1]
		}
	}
	if password == "" {
		tb.Fatalf("%s got no invitation: %+v", email, p.Mails())
	}
	return password
}

// Register does what a person of the first partner does who was invited.
func (s *Server) Register(tb testing.TB, p *Post, email string) {
	tb.Helper()
	r := s.Anonymous().Do(tb, http.MethodPost, "/v1/portal-admins/"+email+":register", map[string]string{
		"partner_id": s.Seed.Partners[0].ID, "temporary_password": s.TemporaryPassword(tb, p, email), "password": OwnPassword,
	})
	if r.Status != http.StatusNoContent {
		tb.Fatalf("%s can't register: %d %s", email, r.Status, r.Body)
	}
}
