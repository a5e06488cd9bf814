package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// testRows keeps rows of every kind with every field filled, then empty, and takes them away again.
func testRows(t *testing.T, s domain.Store) {
	write(t, s, func(ctx context.Context, tx domain.Tx) error {
		return errors.Join(tx.Partners().Put(ctx, domain.Partner{ID: "partner-1"}),
			tx.Customers().Put(ctx, domain.Customer{ID: "customer-1", PartnerID: "partner-1", DomainKey: "customer-1.example"}))
	})
	kinds := []interface {
		test(t *testing.T, s domain.Store)
	}{
		kind[domain.Partner]{domain.Tx.Partners, func(r domain.Partner) []string { return []string{r.ID} }},
		kind[domain.PartnerConfig]{domain.Tx.PartnerConfigs, func(r domain.PartnerConfig) []string { return []string{r.PartnerID} }},
		kind[domain.EmergencyContact]{domain.Tx.EmergencyContacts, func(r domain.EmergencyContact) []string { return []string{r.PartnerID} }},
		kind[domain.Client]{domain.Tx.Clients, func(r domain.Client) []string { return []string{r.ID} }},
		kind[domain.Token]{domain.Tx.Tokens, func(r domain.Token) []string { return []string{r.Hash} }},
		kind[domain.Answer]{domain.Tx.Answers, func(r domain.Answer) []string { return []string{r.ClientID, r.Key} }},
		kind[domain.PartnerUser]{domain.Tx.PartnerUsers, func(r domain.PartnerUser) []string { return []string{r.PartnerID, r.EmailKey} }},
		kind[domain.Directory]{domain.Tx.Directories, func(r domain.Directory) []string { return []string{r.PartnerID, r.Name} }},
		kind[domain.PortalAdmin]{domain.Tx.PortalAdmins, func(r domain.PortalAdmin) []string { return []string{r.PartnerID, r.EmailKey} }},
		kind[domain.PartnerDomain]{domain.Tx.PartnerDomains, func(r domain.PartnerDomain) []string { return []string{r.PartnerID, r.NameKey} }},
		kind[domain.PortalCredential]{domain.Tx.PortalCredentials, func(r domain.PortalCredential) []string { return []string{r.PartnerID, r.EmailKey} }},
		kind[domain.Customer]{domain.Tx.Customers, func(r domain.Customer) []string { return []string{r.ID} }},
		kind[domain.Role]{domain.Tx.Roles, func(r domain.Role) []string { return []string{r.PartnerID, r.CustomerID, r.Name} }},
		kind[domain.CustomerUser]{domain.Tx.CustomerUsers, func(r domain.CustomerUser) []string { return []string{r.PartnerID, r.CustomerID, r.EmailKey} }},
		kind[domain.ExternalAdmin]{domain.Tx.ExternalAdmins, func(r domain.ExternalAdmin) []string { return []string{r.PartnerID, r.CustomerID, r.EmailKey} }},
		kind[domain.AccessRole]{domain.Tx.AccessRoles, func(r domain.AccessRole) []string { return []string{r.PartnerID, r.CustomerID, string(r.Role)} }},
		kind[domain.AccessGroupMember]{domain.Tx.AccessGroupMembers, func(r domain.AccessGroupMember) []string {
			return []string{r.PartnerID, r.CustomerID, string(r.Role), r.EmailKey}
		}},
		kind[domain.Invoice]{domain.Tx.Invoices, func(r domain.Invoice) []string { return []string{r.PartnerID, r.CustomerID, r.Number} }},
		kind[domain.AuthorizedContact]{domain.Tx.AuthorizedContacts, func(r domain.AuthorizedContact) []string {
			return []string{r.PartnerID, r.CustomerID, r.EmailKey}
		}},
		kind[domain.CustomerSession]{domain.Tx.CustomerSessions, func(r domain.CustomerSession) []string { return []string{r.ID} }},
		kind[domain.Course]{domain.Tx.Courses, func(r domain.Course) []string { return []string{r.PartnerID, r.EmailKey, r.Course} }},
		kind[domain.AuditEvent]{domain.Tx.AuditEvents, func(r domain.AuditEvent) []string { return []string{r.PartnerID, r.ID} }},
		kind[domain.Mail]{domain.Tx.Outbox, func(r domain.Mail) []string { return []string{r.PartnerID, r.ID} }},
		kind[domain.AppliedSeed]{domain.Tx.AppliedSeeds, func(r domain.AppliedSeed) []string { return []string{r.Hash} }},
	}
	if tables := reflect.TypeFor[domain.Tx]().NumMethod(); tables != len(kinds) {
		t.Errorf("%d kinds are tested, there are %d", len(kinds), tables)
	}
	for _, k := range kinds {
		k.test(t, s)
	}
}

type kind[T any] struct {
	table func(domain.Tx) domain.Table[T]
	key   func(T) []string
}

func (k kind[T]) test(t *testing.T, s domain.Store) {
	t.Helper()
	name := reflect.TypeFor[T]().Name()
	var found []T
	put := func(row T) {
		t.Helper()
		write(t, s, func(ctx context.Context, tx domain.Tx) error { return k.table(tx).Put(ctx, row) })
		read(t, s, func(ctx context.Context, tx domain.Tx) error {
			got, err := k.table(tx).Get(ctx, k.key(row)...)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if !reflect.DeepEqual(got, row) {
				t.Errorf("%s comes back as\n%+v, was\n%+v", name, got, row)
			}
			found, err = k.table(tx).List(ctx, domain.Query{})
			return err
		})
	}
	_, appendOnly := any(*new(T)).(domain.AuditEvent)
	rowsBefore := 0
	read(t, s, func(ctx context.Context, tx domain.Tx) (err error) {
		rowsBefore, err = k.table(tx).Count(ctx, domain.Query{})
		return err
	})
	// Every boolean is true in one row and false in another where its neighbors are not.
	for seed := range 5 {
		row := filled[T](seed, "a")
		if appendOnly {
			row = filled[T](seed, fmt.Sprint(seed))
			rowsBefore++
		}
		put(row)
	}
	if !appendOnly {
		rowsBefore++
	}
	if len(found) != rowsBefore {
		t.Errorf("%s: there are %d rows, want %d: Put must replace", name, len(found), rowsBefore)
	}

	empty := filled[T](0, "z")
	fields := reflect.ValueOf(&empty).Elem()
	keys := k.key(empty)
	for _, f := range fields.Fields() {
		if f.Kind() == reflect.String && slices.Contains(keys, f.String()) || parents[f.String()] {
			continue
		}
		f.SetZero()
	}
	put(empty)
	if last := found[len(found)-1]; !reflect.DeepEqual(last, empty) {
		t.Errorf("%s: the row listed after a full one is\n%+v, want\n%+v", name, last, empty)
	}
	if appendOnly {
		return
	}
	write(t, s, func(ctx context.Context, tx domain.Tx) error {
		return errors.Join(k.table(tx).Delete(ctx, keys...), k.table(tx).Delete(ctx, keys...)) // what is not there is no error
	})
	read(t, s, func(ctx context.Context, tx domain.Tx) error {
		if _, err := k.table(tx).Get(ctx, keys...); !errors.Is(err, domain.ErrNoRow) {
			t.Errorf("%s: Get of what was deleted: %v", name, err)
		}
		// Neither does it harm the transaction.
		other := k.key(filled[T](0, "a"))
		if _, err := k.table(tx).Get(ctx, other...); err != nil && !slices.Equal(other, keys) {
			t.Errorf("%s: the other row: %v", name, err)
		}
		return nil
	})
}

// parents are the values of what references other rows.
var parents = map[string]bool{"partner-1": true, "customer-1": true}

// filled is a row with no field empty, apart from booleans. Rows of the same name have the same key, rows of different
// seeds differ in all else; names order keys.
func filled[T any](seed int, name string) T {
	f := filler{seed: seed, name: name}
	var row T
	v := reflect.ValueOf(&row).Elem()
	for i, field := range v.Fields() {
		f.fill(field, i.Name)
	}
	return row
}

type filler struct {
	seed     int
	name     string
	booleans int
}

// keyFields are those that make keys, in any kind.
var keyFields = map[string]bool{"ID": true, "Hash": true, "ClientID": true, "Key": true, "EmailKey": true, "Name": true, "NameKey": true, "Role": true, "Course": true, "Number": true}

func (f *filler) fill(v reflect.Value, path string) {
	switch value := v.Addr().Interface().(type) {
	case *time.Time:
		*value = time.Date(2026, 11, 1, 12, 30, f.seed, 120_000_007+len(path), time.UTC)
		return
	case *json.RawMessage:
		*value = fmt.Appendf(nil, `{ "%s": [%d, "<&>"] }`, path, f.seed)
		return
	case *[]byte:
		*value = append([]byte{0, 255, byte(f.seed)}, path...)
		return
	}
	switch v.Kind() {
	case reflect.String:
		switch {
		case path == "PartnerID":
			v.SetString("partner-1")
		case path == "CustomerID":
			v.SetString("customer-1")
		case keyFields[path]:
			v.SetString(f.name + "-" + path)
		default:
			v.SetString(fmt.Sprintf("%s-%s-%d-'ü\"\\\n", f.name, path, f.seed))
		}
	case reflect.Int:
		v.SetInt(int64(1 + f.seed + 10*len(path)))
	case reflect.Bool:
		v.SetBool(f.booleans == f.seed)
		f.booleans++
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), path)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			f.fill(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(key, path+".key")
		f.fill(value, path+".value")
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for field, value := range v.Fields() {
			f.fill(value, path+"."+field.Name)
		}
	default:
		panic(fmt.Sprintf("cannot fill %s, a %s", path, v.Type()))
	}
}
