package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// tx is a transaction. It is for one goroutine.
type tx struct {
	tables *tables
	sql    *sql.Tx
	err    error // the first failure of the database, after which nothing more is done
}

var _ domain.Tx = (*tx)(nil)

func (t *tx) Partners() domain.Table[domain.Partner] { return in(t, t.tables.partners) }
func (t *tx) PartnerConfigs() domain.Table[domain.PartnerConfig] {
	return in(t, t.tables.partnerConfigs)
}
func (t *tx) Clients() domain.Table[domain.Client]           { return in(t, t.tables.clients) }
func (t *tx) Tokens() domain.Table[domain.Token]             { return in(t, t.tables.tokens) }
func (t *tx) Answers() domain.Table[domain.Answer]           { return in(t, t.tables.answers) }
func (t *tx) PartnerUsers() domain.Table[domain.PartnerUser] { return in(t, t.tables.partnerUsers) }
func (t *tx) PortalAdmins() domain.Table[domain.PortalAdmin] { return in(t, t.tables.portalAdmins) }
func (t *tx) Customers() domain.Table[domain.Customer]       { return in(t, t.tables.customers) }
func (t *tx) Roles() domain.Table[domain.Role]               { return in(t, t.tables.roles) }
func (t *tx) ExternalAdmins() domain.Table[domain.ExternalAdmin] {
	return in(t, t.tables.externalAdmins)
}
func (t *tx) AccessRoles() domain.Table[domain.AccessRole]   { return in(t, t.tables.accessRoles) }
func (t *tx) Courses() domain.Table[domain.Course]           { return in(t, t.tables.courses) }
func (t *tx) AuditEvents() domain.Table[domain.AuditEvent]   { return in(t, t.tables.auditEvents) }
func (t *tx) Outbox() domain.Table[domain.Mail]              { return in(t, t.tables.outbox) }
func (t *tx) AppliedSeeds() domain.Table[domain.AppliedSeed] { return in(t, t.tables.appliedSeeds) }

// in is a table within the transaction.
func in[T any](t *tx, of *table[T]) domain.Table[T] { return rows[T]{of, t} }

func (t *tx) exec(ctx context.Context, query string, args []any) error {
	if t.err != nil {
		return t.err
	}
	_, err := t.sql.ExecContext(ctx, query, args...)
	return t.note(err)
}

// queryRow scans the one row there is, or answers sql.ErrNoRows.
func (t *tx) queryRow(ctx context.Context, query string, args, targets []any) error {
	if t.err != nil {
		return t.err
	}
	return t.note(t.sql.QueryRowContext(ctx, query, args...).Scan(targets...))
}

// query calls each for every row.
func (t *tx) query(ctx context.Context, query string, args []any, each func(*sql.Rows) error) error {
	if t.err != nil {
		return t.err
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

func (t *tx) note(err error) error {
	if err != nil && !errors.Is(err, sql.ErrNoRows) && t.err == nil {
		t.err = err
	}
	return err
}
