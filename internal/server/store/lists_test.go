package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// testLists compares random queries with what a loop over all rows finds.
func testLists(t *testing.T, s domain.Store) {
	putParents(t, s)
	// Keys order by their bytes: upper case first, what is longer after what it begins with.
	emails := []string{"a@a", "B@a", "a@a.b", "a", "ä@a", "a-b@a", "Z", "😀@a", "a%", "a_", "a'"}
	roles := []string{"basic", "full", "custom"}
	random := rand.New(rand.NewPCG(1, 2)) // the same rows each time
	var all []domain.ExternalAdmin
	for _, partner := range []string{"partner-1", "partner-2"} {
		for customer := range 3 {
			for _, email := range emails {
				all = append(all, domain.ExternalAdmin{
					PartnerID: partner, CustomerID: fmt.Sprintf("%s-customer-%d", partner, customer), EmailKey: email,
					Role: roles[random.IntN(len(roles))], ContentProtected: random.IntN(2) == 0,
				})
			}
		}
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	write(t, s, func(ctx context.Context, tx domain.Tx) error {
		for _, row := range all {
			if err := tx.ExternalAdmins().Put(ctx, row); err != nil {
				return err
			}
		}
		return nil
	})
	slices.SortFunc(all, func(a, b domain.ExternalAdmin) int { return slices.Compare(grantKey(a), grantKey(b)) })

	for range 400 {
		like := all[random.IntN(len(all))]
		var q domain.Query
		matches := func(domain.ExternalAdmin) bool { return true }
		for _, c := range []struct {
			condition domain.Condition
			matches   func(domain.ExternalAdmin) bool
		}{
			{domain.Eq(domain.FieldPartnerID, like.PartnerID), func(r domain.ExternalAdmin) bool { return r.PartnerID == like.PartnerID }},
			{domain.Eq(domain.FieldCustomerID, like.CustomerID), func(r domain.ExternalAdmin) bool { return r.CustomerID == like.CustomerID }},
			{domain.Eq(domain.FieldEmailKey, like.EmailKey), func(r domain.ExternalAdmin) bool { return r.EmailKey == like.EmailKey }},
			{domain.Eq(domain.FieldRole, like.Role), func(r domain.ExternalAdmin) bool { return r.Role == like.Role }},
			{domain.Eq(domain.FieldProtected, like.ContentProtected), func(r domain.ExternalAdmin) bool { return r.ContentProtected == like.ContentProtected }},
			{domain.Condition{Field: domain.FieldEmailKey, Op: domain.OpLess, Value: like.EmailKey}, func(r domain.ExternalAdmin) bool { return r.EmailKey < like.EmailKey }},
			{domain.Condition{Field: domain.FieldCustomerID, Op: domain.OpGreaterEqual, Value: like.CustomerID}, func(r domain.ExternalAdmin) bool { return r.CustomerID >= like.CustomerID }},
		} {
			if random.IntN(3) == 0 {
				q.Where = append(q.Where, c.condition)
				others := matches
				matches = func(r domain.ExternalAdmin) bool { return others(r) && c.matches(r) }
			}
		}
		if random.IntN(2) == 0 {
			q.After = grantKey(all[random.IntN(len(all))])
			if random.IntN(4) == 0 {
				q.After[2] += "x" // no row's
			}
		}
		if random.IntN(2) == 0 {
			q.Limit = 1 + random.IntN(5)
		}
		var want []domain.ExternalAdmin
		count := 0
		for _, row := range all {
			if !matches(row) {
				continue
			}
			count++
			if (q.After == nil || slices.Compare(grantKey(row), q.After) > 0) && (q.Limit == 0 || len(want) < q.Limit) {
				want = append(want, row)
			}
		}
		checkQuery(t, s, q, want, count, len(all))
	}
}

func grantKey(r domain.ExternalAdmin) []string {
	return []string{r.PartnerID, r.CustomerID, r.EmailKey}
}

// checkQuery compares List, Count and DeleteAll, the latter undone.
func checkQuery(t *testing.T, s domain.Store, q domain.Query, want []domain.ExternalAdmin, count, total int) {
	t.Helper()
	undo := errors.New("undo")
	err := s.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error {
		got, err := tx.ExternalAdmins().List(ctx, q)
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v lists\n%v, want\n%v", q, got, want)
		}
		if n, err := tx.ExternalAdmins().Count(ctx, q); n != count || err != nil {
			t.Errorf("%+v counts %d, %v, want %d", q, n, err, count)
		}
		if err := tx.ExternalAdmins().DeleteAll(ctx, q); err != nil {
			return err
		}
		if left, err := tx.ExternalAdmins().Count(ctx, domain.Query{}); left != total-count || err != nil {
			t.Errorf("DeleteAll %+v leaves %d, %v, want %d", q, left, err, total-count)
		}
		return undo
	})
	if !errors.Is(err, undo) {
		t.Error(err)
	}
}

// testConditions has columns of every type.
func testConditions(t *testing.T, s domain.Store) {
	putParents(t, s)
	noon := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	times := []time.Time{noon.Add(-time.Nanosecond), noon, noon.Add(time.Nanosecond), noon.Add(100 * time.Millisecond), noon.AddDate(1, 0, 0)}
	write(t, s, func(ctx context.Context, tx domain.Tx) error {
		for i, at := range times {
			if err := tx.AuditEvents().Put(ctx, domain.AuditEvent{PartnerID: "p", ID: fmt.Sprint(i), Time: at}); err != nil {
				return err
			}
			if err := tx.Answers().Put(ctx, domain.Answer{ClientID: "c", Key: fmt.Sprint(i), Status: 200 + i, ExpiresAt: at}); err != nil {
				return err
			}
			id := fmt.Sprint("crm-", i)
			if i == 0 {
				id = ""
			}
			if err := tx.Customers().Put(ctx, domain.Customer{ID: fmt.Sprint(i), PartnerID: "partner-1", DomainKey: fmt.Sprint(i), ExternalID: id, Seats: 1, Enabled: i < 2}); err != nil {
				return err
			}
		}
		return nil
	})
	elsewhere := noon.In(time.FixedZone("", 7200))
	own := domain.Eq("seats", 1) // apart from the parents
	for _, test := range []struct {
		table string
		where []domain.Condition
		want  string
	}{
		{"events", []domain.Condition{{Field: domain.FieldTime, Op: domain.OpLess, Value: noon}}, "0"},
		{"events", []domain.Condition{{Field: domain.FieldTime, Op: domain.OpGreaterEqual, Value: noon}}, "1 2 3 4"},
		{"events", []domain.Condition{{Field: domain.FieldTime, Op: domain.OpGreaterEqual, Value: elsewhere}}, "1 2 3 4"},
		{"events", []domain.Condition{domain.Eq(domain.FieldTime, elsewhere)}, "1"},
		{"events", []domain.Condition{
			{Field: domain.FieldTime, Op: domain.OpGreaterEqual, Value: noon}, {Field: domain.FieldTime, Op: domain.OpLess, Value: noon.Add(time.Second)},
		}, "1 2 3"},
		{"answers", []domain.Condition{{Field: domain.FieldExpiresAt, Op: domain.OpLess, Value: noon.Add(2)}}, "0 1 2"},
		{"answers", []domain.Condition{{Field: "status", Op: domain.OpGreaterEqual, Value: 203}}, "3 4"},
		{"customers", []domain.Condition{own, domain.Eq(domain.FieldEnabled, true)}, "0 1"},
		{"customers", []domain.Condition{own, domain.Eq(domain.FieldEnabled, false)}, "2 3 4"},
		{"customers", []domain.Condition{own, domain.Eq(domain.FieldExternalID, "crm-3")}, "3"},
		{"customers", []domain.Condition{own, domain.Eq(domain.FieldExternalID, "")}, "0"},
		{"customers", []domain.Condition{own, domain.Eq(domain.FieldDomainKey, "x' OR '1' = '1")}, ""},
	} {
		read(t, s, func(ctx context.Context, tx domain.Tx) error {
			var ids []string
			var err error
			q := domain.Query{Where: test.where}
			switch test.table {
			case "events":
				ids, err = list(ctx, tx.AuditEvents(), q, func(r domain.AuditEvent) string { return r.ID })
			case "answers":
				ids, err = list(ctx, tx.Answers(), q, func(r domain.Answer) string { return r.Key })
			case "customers":
				ids, err = list(ctx, tx.Customers(), q, func(r domain.Customer) string { return r.ID })
			}
			if got := strings.Join(ids, " "); got != test.want {
				t.Errorf("%s where %v: %q, want %q", test.table, test.where, got, test.want)
			}
			return err
		})
	}
}

func list[T any](ctx context.Context, table domain.Table[T], q domain.Query, id func(T) string) ([]string, error) {
	found, err := table.List(ctx, q)
	ids := make([]string, len(found))
	for i, row := range found {
		ids[i] = id(row)
	}
	return ids, err
}

// testRefusals asks what the tables cannot answer. Nothing of it may reach the database as SQL.
func testRefusals(t *testing.T, s domain.Store) {
	read(t, s, func(ctx context.Context, tx domain.Tx) error {
		for _, q := range []domain.Query{
			{Where: []domain.Condition{domain.Eq("unknown", "x")}},
			{Where: []domain.Condition{domain.Eq("id = id OR id", "x")}},
			{Where: []domain.Condition{domain.Eq(domain.FieldStage, 1)}},
			{Where: []domain.Condition{domain.Eq(domain.FieldStage, nil)}},
			{Where: []domain.Condition{domain.Eq(domain.FieldEnabled, "true")}},
			{Where: []domain.Condition{domain.Eq("seats", "1")}},
			{Where: []domain.Condition{domain.Eq("created_at", "2026-11-01")}},
			{Where: []domain.Condition{domain.Eq("rfi", "{}")}},
			{Where: []domain.Condition{{Field: domain.FieldStage, Op: "LIKE", Value: "x"}}},
			{Where: []domain.Condition{{Field: domain.FieldExternalID, Op: domain.OpLess, Value: ""}}},
		} {
			_, err := tx.Customers().List(ctx, q)
			_, countErr := tx.Customers().Count(ctx, q)
			if err == nil || countErr == nil || tx.Customers().DeleteAll(ctx, q) == nil {
				t.Errorf("%+v was answered", q)
			}
		}
		for _, key := range [][]string{nil, {"a", "b"}} {
			_, err := tx.Customers().Get(ctx, key...)
			if err == nil || tx.Customers().Delete(ctx, key...) == nil {
				t.Errorf("the key %q was taken", key)
			}
		}
		if _, err := tx.Customers().List(ctx, domain.Query{After: []string{"a", "b"}}); err == nil {
			t.Error("an After of two parts was taken for a key of one")
		}
		// All that was refused before it reached the database: the transaction is whole.
		_, err := tx.Customers().List(ctx, domain.Query{Where: []domain.Condition{domain.Eq(domain.FieldStage, domain.StageCustomer)}})
		return err
	})
}

// testOrder lists by a column instead of by the key.
func testOrder(t *testing.T, s domain.Store) {
	putParents(t, s)
	at := func(minute int) *time.Time {
		moment := time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC)
		return &moment
	}
	write(t, s, func(ctx context.Context, tx domain.Tx) error {
		for id, due := range map[string]*time.Time{"a": at(3), "b": at(1), "c": nil, "d": at(2), "e": at(1), "f": at(9)} {
			if err := tx.Outbox().Put(ctx, domain.Mail{PartnerID: "partner-1", ID: id, NextAttemptAt: due}); err != nil {
				return err
			}
		}
		return nil
	})
	read(t, s, func(ctx context.Context, tx domain.Tx) error {
		soon := domain.Condition{Field: domain.FieldNextAttempt, Op: domain.OpLess, Value: *at(4)}
		due, err := tx.Outbox().List(ctx, domain.Query{Where: []domain.Condition{soon}, By: domain.FieldNextAttempt, Limit: 3})
		got := ""
		for _, m := range due {
			got += m.ID
		}
		if got != "bed" {
			t.Errorf("the first that are due: %q, want bed", got)
		}
		return err
	})
}
