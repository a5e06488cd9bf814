package server_test

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

const (
	// benchDatabase names another database than a file in a temporary folder. It must be empty.
	benchDatabase  = "SERVER_BENCH_DSN"
	benchCustomers = 10
	benchAdmins    = 100 // of the partner, each of which can enter each customer
	benchAtOnce    = 10  // requests, as Terraform has operations
)

// benchServer answers requests without a network in between.
type benchServer struct {
	b       *testing.B
	handler http.Handler
	token   string
}

func newBenchServer(b *testing.B) *benchServer {
	b.Helper()
	s, err := server.New(b.Context(), server.Options{
		Database: cmp.Or(os.Getenv(benchDatabase), "sqlite:"+filepath.Join(b.TempDir(), "bench.db")), SecretIterations: 1,
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	partner := domain.SeedPartner{
		Partner: domain.Partner{ID: "p", Name: "Partner", Kind: domain.KindMSP},
		Clients: []domain.SeedClient{{ID: "bench", Secret: "long enough to be a secret", PortalRole: domain.RoleAdministrator}},
	}
	for n := range benchAdmins {
		partner.Users = append(partner.Users, domain.SeedUser{Email: benchEmail(n), Name: "Somebody"})
		partner.PortalAdmins = append(partner.PortalAdmins, domain.SeedPortalAdmin{Email: benchEmail(n), Role: domain.RoleAdministrator})
	}
	for n := range benchCustomers {
		partner.Customers = append(partner.Customers, domain.SeedCustomer{ID: benchCustomer(n), Name: benchCustomer(n), Domain: fmt.Sprintf("c%d.example", n)})
	}
	if _, err := s.Service.ApplySeed(b.Context(), "hash", domain.Seed{Partners: []domain.SeedPartner{partner}}); err != nil {
		b.Fatal(err)
	}
	issued, err := s.Service.IssueTokenTo(b.Context(), "bench")
	if err != nil {
		b.Fatal(err)
	}
	return &benchServer{b: b, handler: s.Handler(), token: issued.AccessToken}
}

func benchEmail(n int) string    { return fmt.Sprintf("admin%03d@partner.example", n%benchAdmins) }
func benchCustomer(n int) string { return fmt.Sprintf("cus_bench%015d", n%benchCustomers) }

// benchRole differs from one round of writes to the next, so that each changes something.
func benchRole(round int) string {
	return []string{domain.AccountBasicAdministrator, domain.AccountPartnerAdministrator}[round%2]
}

func (s *benchServer) do(method, path, body string) {
	r := httptest.NewRequestWithContext(s.b.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	if w.Code >= http.StatusBadRequest || strings.Contains(w.Body.String(), `"code"`) {
		s.b.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
}

func (s *benchServer) batch(query string, round int) {
	items := make([]string, benchAdmins)
	for i := range items {
		items[i] = fmt.Sprintf(`{"operation":"put","customer_id":%q,"email":%q,"role":%q}`, benchCustomer(round), benchEmail(i), benchRole(round/benchCustomers))
	}
	s.do(http.MethodPost, "/v1/external-admins:batch"+query, `{"items":[`+strings.Join(items, ",")+`]}`)
}

func (s *benchServer) single(method, query, body string, n int) {
	s.do(method, "/v1/customers/"+benchCustomer(n/benchAdmins)+"/external-admins/"+benchEmail(n)+query, body)
}

// BenchmarkExternalAdmins has the requests of a provider's plan and apply, one after the other and ten at once.
func BenchmarkExternalAdmins(b *testing.B) {
	put := func(n int) string { return fmt.Sprintf(`{"role":%q}`, benchRole(n/benchAdmins/benchCustomers)) }
	for _, request := range []struct {
		name string
		send func(s *benchServer, n int)
	}{
		{"check 100", func(s *benchServer, n int) { s.batch("?validate_only=true", n) }},
		{"put 100", func(s *benchServer, n int) { s.batch("", n) }},
		{"check", func(s *benchServer, n int) {
			s.single(http.MethodPut, "?validate_only=true", put(n), n)
		}},
		{"put", func(s *benchServer, n int) { s.single(http.MethodPut, "", put(n), n) }},
		{"put and get", func(s *benchServer, n int) {
			s.single(http.MethodPut, "", put(n), n)
			s.single(http.MethodGet, "", "", n)
		}},
		{"put and delete", func(s *benchServer, n int) {
			s.single(http.MethodPut, "", put(n), n)
			s.single(http.MethodDelete, "", "", n)
		}},
	} {
		b.Run(request.name, func(b *testing.B) {
			s, n := newBenchServer(b), 0
			for b.Loop() {
				request.send(s, n)
				n++
			}
		})
		b.Run(fmt.Sprintf("%s, %d at once", request.name, benchAtOnce), func(b *testing.B) {
			s := newBenchServer(b)
			var sent atomic.Int64
			b.ResetTimer()
			var group sync.WaitGroup
			for range benchAtOnce {
				group.Go(func() {
					for n := sent.Add(1) - 1; n < int64(b.N); n = sent.Add(1) - 1 {
						request.send(s, int(n))
					}
				})
			}
			group.Wait()
		})
	}
}
