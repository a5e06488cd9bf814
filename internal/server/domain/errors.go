package domain

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Code tells kinds of refusals apart. The list is closed and the same as ErrorCode in the contract.
type Code string

// The codes that the domain itself produces; those about HTTP alone (wrong method, body too large, ...) belong to the REST layer.
const (
	CodeBatchTooLarge       Code = "batch_too_large"
	CodeUnauthenticated     Code = "unauthenticated"
	CodeForbidden           Code = "forbidden"
	CodePartnerKind         Code = "partner_kind"
	CodeProtectedRole       Code = "protected_role"
	CodeNotManaged          Code = "not_managed"
	CodeManagedByDirectory  Code = "managed_by_directory"
	CodeWrongPassword       Code = "wrong_password"
	CodeCustomerDisabled    Code = "customer_disabled"
	CodeNotACustomer        Code = "not_a_customer"
	CodeSSORequired         Code = "sso_required"
	CodeAddressNotAllowed   Code = "address_not_allowed"
	CodeNoAPITokens         Code = "no_api_tokens"
	CodeNotDecisionMaker    Code = "not_decision_maker"
	CodeNotFound            Code = "not_found"
	CodeAlreadyExists       Code = "already_exists"
	CodeConflict            Code = "conflict"
	CodeInUse               Code = "in_use"
	CodeLastAdministrator   Code = "last_administrator"
	CodeLastMasterAdmin     Code = "last_master_admin"
	CodeLastDecisionMaker   Code = "last_decision_maker"
	CodeOwnAccount          Code = "own_account"
	CodeAlreadyRegistered   Code = "already_registered"
	CodeDeletionProtected   Code = "deletion_protected"
	CodeIdempotencyConflict Code = "idempotency_conflict"
	CodePreconditionFailed  Code = "precondition_failed"
	CodeInvalidRequest      Code = "invalid_request"
	CodeInvalidValue        Code = "invalid_value"
	CodeInternalDomain      Code = "internal_domain"
	CodeUnknownRole         Code = "unknown_role"
	CodeUnknownProduct      Code = "unknown_product"
	CodeNotAPortalAdmin     Code = "not_a_portal_admin"
	CodeNotAPartnerUser     Code = "not_a_partner_user"
	CodeUserDisabled        Code = "user_disabled"
	CodeNoSecretKey         Code = "no_secret_key"
	CodeInvalidTransition   Code = "invalid_transition"
	CodeDomainTaken         Code = "domain_taken"
)

// Severity says whether other writes could still cure a refusal.
type Severity string

// The severities of the contract.
const (
	Fatal   Severity = "fatal"
	Pending Severity = "pending"
)

// pendingCodes are the refusals that another write can cure: a missing person or role can be created, a taken name
// freed, a blocker removed, a second administrator, master admin or decision maker added.
var pendingCodes = map[Code]bool{
	CodeAlreadyExists:     true,
	CodeInUse:             true,
	CodeLastAdministrator: true,
	CodeLastMasterAdmin:   true,
	CodeLastDecisionMaker: true,
	CodeDeletionProtected: true,
	CodeUnknownRole:       true,
	CodeNotAPortalAdmin:   true,
	CodeNotAPartnerUser:   true,
}

// requestCodes are not findings of a validation but answers about the request as a whole.
var requestCodes = map[Code]bool{
	CodeUnauthenticated:     true,
	CodeForbidden:           true,
	CodeNotFound:            true,
	CodeConflict:            true,
	CodeIdempotencyConflict: true,
	CodePreconditionFailed:  true,
	CodeInvalidRequest:      true,
	CodeBatchTooLarge:       true,
}

// Blocker names an object that stands in the way.
type Blocker struct {
	Kind string // as in the audit log, for example "external_admin"
	ID   string // as an import takes it
}

// Error is a refusal. Nothing was changed.
type Error struct {
	Code       Code
	Detail     string // what is wrong and what would be right; holds no secret
	Field      string // JSON pointer into the input, or empty
	ExistingID string // with CodeAlreadyExists, the id of what is there
	// Precondition is set where the caller's own create-only condition failed, which HTTP tells apart.
	Precondition bool
	Blockers     []Blocker
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Detail }

// Severity of the refusal, by its code.
func (e *Error) Severity() Severity {
	if pendingCodes[e.Code] {
		return Pending
	}
	return Fatal
}

// Findings are all refusals of one operation, at least one. As an error they stand for their first.
type Findings []*Error //nolint:recvcheck // only add changes the list, the others read it

func (f Findings) Error() string {
	texts := make([]string, len(f))
	for i, e := range f {
		texts[i] = e.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap lets errors.As find the first refusal.
func (f Findings) Unwrap() []error {
	errs := make([]error, len(f))
	for i, e := range f {
		errs[i] = e
	}
	return errs
}

// add collects a refusal; nil is none.
func (f *Findings) add(err *Error) {
	if err != nil {
		*f = append(*f, err)
	}
}

// with answers the findings and one more; nil is none.
func (f Findings) with(err *Error) Findings {
	f.add(err)
	return f
}

// err is nil if nothing was found. Fatal findings come first, since they are what no other write cures.
func (f Findings) err() error {
	if len(f) == 0 {
		return nil
	}
	slices.SortStableFunc(f, func(a, b *Error) int { return cmp.Compare(a.Severity(), b.Severity()) })
	return f
}

func refuse(code Code, field, format string, args ...any) *Error {
	return &Error{Code: code, Field: field, Detail: fmt.Sprintf(format, args...)}
}

// findingsOf splits what an operation returned into findings of a validation and an error that answers the request as
// a whole.
func findingsOf(err error) (Findings, error) {
	if err == nil {
		return nil, nil
	}
	var found Findings
	var one *Error
	switch {
	case errors.As(err, &found):
	case errors.As(err, &one):
		found = Findings{one}
	default:
		return nil, err
	}
	for _, e := range found {
		if requestCodes[e.Code] || e.Precondition {
			return nil, e
		}
	}
	return found, nil
}
