package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// querier is what statements of a transaction are run by, a *sql.Tx or the *sql.Conn on which it was begun.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// tx is a transaction. It is for one goroutine.
type tx struct {
	tables *tables
	sql    querier
	err    error // the first failure of the database, after which nothing more is done

	// seen are rows that were read by their key, by table, since many operations of a transaction read the same ones: no
	// other transaction changes what this one sees.
	seen map[string]changes
	// changes are what a trial has written, by table; nil in other transactions.
	changes map[string]changes
}

var _ domain.Tx = (*tx)(nil)

func (t *tx) Partners() domain.Table[domain.Partner] { return in(t, t.tables.partners) }
func (t *tx) PartnerConfigs() domain.Table[domain.PartnerConfig] {
	return in(t, t.tables.partnerConfigs)
}

func (t *tx) EmergencyContacts() domain.Table[domain.EmergencyContact] {
	return in(t, t.tables.emergencyContacts)
}
func (t *tx) Clients() domain.Table[domain.Client]           { return in(t, t.tables.clients) }
func (t *tx) Tokens() domain.Table[domain.Token]             { return in(t, t.tables.tokens) }
func (t *tx) Answers() domain.Table[domain.Answer]           { return in(t, t.tables.answers) }
func (t *tx) PartnerUsers() domain.Table[domain.PartnerUser] { return in(t, t.tables.partnerUsers) }
func (t *tx) Directories() domain.Table[domain.Directory]    { return in(t, t.tables.directories) }
func (t *tx) PortalAdmins() domain.Table[domain.PortalAdmin] { return in(t, t.tables.portalAdmins) }
func (t *tx) PartnerDomains() domain.Table[domain.PartnerDomain] {
	return in(t, t.tables.partnerDomains)
}
func (t *tx) Customers() domain.Table[domain.Customer] { return in(t, t.tables.customers) }
func (t *tx) Roles() domain.Table[domain.Role]         { return in(t, t.tables.roles) }
func (t *tx) CustomerUsers() domain.Table[domain.CustomerUser] {
	return in(t, t.tables.customerUsers)
}

func (t *tx) ExternalAdmins() domain.Table[domain.ExternalAdmin] {
	return in(t, t.tables.externalAdmins)
}
func (t *tx) AccessRoles() domain.Table[domain.AccessRole] { return in(t, t.tables.accessRoles) }
func (t *tx) Courses() domain.Table[domain.Course]         { return in(t, t.tables.courses) }
func (t *tx) AuditEvents() domain.Table[domain.AuditEvent] { return in(t, t.tables.auditEvents) }
func (t *tx) PortalCredentials() domain.Table[domain.PortalCredential] {
	return in(t, t.tables.credentials)
}
func (t *tx) Outbox() domain.Table[domain.Mail] { return in(t, t.tables.outbox) }
func (t *tx) AccessGroupMembers() domain.Table[domain.AccessGroupMember] {
	return in(t, t.tables.accessGroupMembers)
}
func (t *tx) Invoices() domain.Table[domain.Invoice] { return in(t, t.tables.invoices) }
func (t *tx) AuthorizedContacts() domain.Table[domain.AuthorizedContact] {
	return in(t, t.tables.authorizedContacts)
}

func (t *tx) CustomerSessions() domain.Table[domain.CustomerSession] {
	return in(t, t.tables.customerSessions)
}
func (t *tx) AppliedSeeds() domain.Table[domain.AppliedSeed] { return in(t, t.tables.appliedSeeds) }

// in is a table within the transaction.
func in[T any](t *tx, of *table[T]) domain.Table[T] { return rows[T]{of, t} }

// exec runs a statement with arguments that prepare has made.
func (t *tx) exec(ctx context.Context, query string, args []any) error {
	_, err := t.sql.ExecContext(ctx, query, args...)
	return t.note(err)
}

// queryRow scans the one row there is, or answers sql.ErrNoRows.
func (t *tx) queryRow(ctx context.Context, query string, args, targets []any) error {
	args, err := t.prepare(ctx, args)
	if err != nil {
		return err
	}
	return t.note(t.sql.QueryRowContext(ctx, query, args...).Scan(targets...))
}

// query calls each for every row.
func (t *tx) query(ctx context.Context, query string, args []any, each func(*sql.Rows) error) error {
	args, err := t.prepare(ctx, args)
	if err != nil {
		return err
	}
	found, err := t.sql.QueryContext(ctx, query, args...)
	if err != nil {
		return t.note(err)
	}
	defer func() { _ = found.Close() }() // found.Err tells all that can go wrong
	for found.Next() {
		if err := each(found); err != nil {
			return t.note(err)
		}
	}
	return t.note(found.Err())
}

// prepare makes arguments that every engine takes, if the transaction still goes on. What not every engine can keep is
// refused before any is asked.
func (t *tx) prepare(ctx context.Context, args []any) ([]any, error) {
	if t.err != nil {
		return nil, t.err
	}
	if err := ctx.Err(); err != nil {
		return nil, t.note(err)
	}
	values := make([]any, len(args))
	for i, arg := range args {
		if f, ok := arg.(driver.Valuer); ok {
			value, err := f.Value()
			if err != nil {
				return nil, err
			}
			arg = value
		}
		if s, ok := arg.(string); ok && (strings.ContainsRune(s, 0) || !utf8.ValidString(s)) {
			return nil, &domain.Error{Code: domain.CodeInvalidRequest, Detail: "A text has a NUL character, or is not UTF-8."}
		}
		values[i] = arg
	}
	return values, nil
}

func (t *tx) note(err error) error {
	if err != nil && !errors.Is(err, sql.ErrNoRows) && t.err == nil {
		t.err = err
	}
	return err
}
