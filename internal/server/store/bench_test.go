package store

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// benchDSN names another database than a file in a temporary folder, which may be empty, or must have been made by
// these benchmarks.
const benchDSN = "STORE_BENCH_DSN"

func benchStore(b *testing.B) domain.Store {
	b.Helper()
	s, err := Open(b.Context(), cmp.Or(os.Getenv(benchDSN), "sqlite:"+filepath.Join(b.TempDir(), "bench.db")))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

func benchGrant(customer, admin int) domain.ExternalAdmin {
	return domain.ExternalAdmin{
		PartnerID: "p", CustomerID: fmt.Sprintf("c%06d", customer), EmailKey: fmt.Sprintf("admin%04d@example.com", admin),
		EmailDomain: "example.com", Email: fmt.Sprintf("Admin%04d@example.com", admin), Role: "basic_administrator", Revision: "0123456789abcdef",
	}
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkOpen opens a database that is up to date, and reads from it.
func BenchmarkOpen(b *testing.B) {
	path := "sqlite:" + filepath.Join(b.TempDir(), "bench.db")
	for b.Loop() {
		s, err := Open(b.Context(), path)
		must(b, err)
		must(b, s.Ping(b.Context()))
		b.StopTimer()
		must(b, s.Close())
		b.StartTimer()
	}
}

// BenchmarkWrite commits one grant with its audit event, durably, from 32 goroutines.
func BenchmarkWrite(b *testing.B) {
	s := benchStore(b)
	b.SetParallelism(max(1, 32/runtime.GOMAXPROCS(0)))
	must(b, s.Write(b.Context(), func(ctx context.Context, tx domain.Tx) error {
		must(b, tx.Partners().Put(ctx, domain.Partner{ID: "p"}))
		return tx.Customers().Put(ctx, domain.Customer{ID: "c000000", PartnerID: "p"})
	}))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := rand.Int()
			must(b, s.Write(b.Context(), func(ctx context.Context, tx domain.Tx) error {
				must(b, tx.ExternalAdmins().Put(ctx, benchGrant(0, n)))
				return tx.AuditEvents().Put(ctx, domain.AuditEvent{PartnerID: "p", ID: strconv.Itoa(n), After: []byte(`{"role":"basic_administrator"}`)})
			}))
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

// BenchmarkPage reads pages of 500 among 100,000 grants, put in no order.
func BenchmarkPage(b *testing.B) {
	s := benchStore(b)
	must(b, s.Write(b.Context(), func(ctx context.Context, tx domain.Tx) error {
		must(b, tx.Partners().Put(ctx, domain.Partner{ID: "p"}))
		for customer := range 1000 {
			id := benchGrant(customer, 0).CustomerID
			must(b, tx.Customers().Put(ctx, domain.Customer{ID: id, PartnerID: "p", DomainKey: id}))
		}
		for _, n := range rand.Perm(100_000) {
			grant := benchGrant(n/100, n%100)
			if n%1000 == 0 {
				grant.Role = "custom"
			}
			must(b, tx.ExternalAdmins().Put(ctx, grant))
		}
		return nil
	}))
	partner, late := domain.Eq(domain.FieldPartnerID, "p"), []string{"p", "c000990", ""}
	for _, page := range []struct {
		name  string
		query domain.Query
	}{
		{"first", domain.Query{Where: []domain.Condition{partner}}},
		{"last", domain.Query{Where: []domain.Condition{partner}, After: late}},
		{"rare role", domain.Query{Where: []domain.Condition{partner, domain.Eq(domain.FieldRole, "custom")}}},
		{"common role, last", domain.Query{Where: []domain.Condition{partner, domain.Eq(domain.FieldRole, "basic_administrator")}, After: late}},
		{"one person", domain.Query{Where: []domain.Condition{partner, domain.Eq(domain.FieldEmailKey, "admin0007@example.com")}}},
	} {
		page.query.Limit = 501
		b.Run(page.name, func(b *testing.B) {
			for b.Loop() {
				must(b, s.Read(b.Context(), func(ctx context.Context, tx domain.Tx) error {
					_, err := tx.ExternalAdmins().List(ctx, page.query)
					return err
				}))
			}
		})
	}
}

// BenchmarkGet reads one row in a transaction of its own.
func BenchmarkGet(b *testing.B) {
	s := benchStore(b)
	must(b, s.Write(b.Context(), func(ctx context.Context, tx domain.Tx) error {
		must(b, tx.Partners().Put(ctx, domain.Partner{ID: "p"}))
		return tx.Customers().Put(ctx, domain.Customer{ID: "c", PartnerID: "p", DomainKey: "c"})
	}))
	b.ResetTimer()
	for b.Loop() {
		must(b, s.Read(b.Context(), func(ctx context.Context, tx domain.Tx) error {
			_, err := tx.Customers().Get(ctx, "c")
			return err
		}))
	}
}
