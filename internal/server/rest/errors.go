package rest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// Codes that are about the protocol alone.
const (
	codeMethodNotAllowed     domain.Code = "method_not_allowed"
	codePayloadTooLarge      domain.Code = "payload_too_large"
	codeUnsupportedMediaType domain.Code = "unsupported_media_type"
	codeRateLimited          domain.Code = "rate_limited"
	codeInternal             domain.Code = "internal"
	codeUnavailable          domain.Code = "unavailable"
	codeOutcomeUnknown       domain.Code = "outcome_unknown"
)

const internalDetail = "The server failed. Its log tells why under the request id."

// statuses is the contract's table of error codes.
var statuses = map[domain.Code]int{
	domain.CodeInvalidRequest:      http.StatusBadRequest,
	domain.CodeBatchTooLarge:       http.StatusBadRequest,
	domain.CodeUnauthenticated:     http.StatusUnauthorized,
	domain.CodeForbidden:           http.StatusForbidden,
	domain.CodePartnerKind:         http.StatusForbidden,
	domain.CodeProtectedRole:       http.StatusForbidden,
	domain.CodeNotManaged:          http.StatusForbidden,
	domain.CodeNotDecisionMaker:    http.StatusForbidden,
	domain.CodeManagedByDirectory:  http.StatusForbidden,
	domain.CodeWrongPassword:       http.StatusForbidden,
	domain.CodeCustomerDisabled:    http.StatusForbidden,
	domain.CodeNotACustomer:        http.StatusForbidden,
	domain.CodeSSORequired:         http.StatusForbidden,
	domain.CodeAddressNotAllowed:   http.StatusForbidden,
	domain.CodeNoAPITokens:         http.StatusForbidden,
	domain.CodeNotFound:            http.StatusNotFound,
	codeMethodNotAllowed:           http.StatusMethodNotAllowed,
	domain.CodeAlreadyExists:       http.StatusConflict,
	domain.CodeConflict:            http.StatusConflict,
	domain.CodeInUse:               http.StatusConflict,
	domain.CodeLastAdministrator:   http.StatusConflict,
	domain.CodeLastMasterAdmin:     http.StatusConflict,
	domain.CodeLastDecisionMaker:   http.StatusConflict,
	domain.CodeOwnAccount:          http.StatusConflict,
	domain.CodeAlreadyRegistered:   http.StatusConflict,
	domain.CodeDeletionProtected:   http.StatusConflict,
	domain.CodeDomainTaken:         http.StatusConflict,
	domain.CodeIdempotencyConflict: http.StatusConflict,
	domain.CodePreconditionFailed:  http.StatusPreconditionFailed,
	codePayloadTooLarge:            http.StatusRequestEntityTooLarge,
	codeUnsupportedMediaType:       http.StatusUnsupportedMediaType,
	domain.CodeInvalidValue:        http.StatusUnprocessableEntity,
	domain.CodeInternalDomain:      http.StatusUnprocessableEntity,
	domain.CodeUnknownRole:         http.StatusUnprocessableEntity,
	domain.CodeUnknownProduct:      http.StatusUnprocessableEntity,
	domain.CodeNotAPortalAdmin:     http.StatusUnprocessableEntity,
	domain.CodeNotAPartnerUser:     http.StatusUnprocessableEntity,
	domain.CodeUserDisabled:        http.StatusUnprocessableEntity,
	domain.CodeNoSecretKey:         http.StatusUnprocessableEntity,
	domain.CodeInvalidTransition:   http.StatusUnprocessableEntity,
	codeRateLimited:                http.StatusTooManyRequests,
	codeInternal:                   http.StatusInternalServerError,
	codeUnavailable:                http.StatusServiceUnavailable,
	codeOutcomeUnknown:             http.StatusServiceUnavailable,
}

// Codes are all error codes that an answer can have.
func Codes() []string {
	return texts[domain.Code, string](slices.Sorted(maps.Keys(statuses)))
}

// retryable are the codes of refusals that time alone may cure.
var retryable = []domain.Code{domain.CodeConflict, codeRateLimited, codeUnavailable, codeOutcomeUnknown}

// problem is the contract's Problem on its way out; only the request id is missing.
type problem api.Problem

// asProblem maps every error that there is, once.
func asProblem(err error) *problem {
	e, others := firstOf(err)
	status, known := statuses[e.Code]
	if !known {
		e = refuse(codeInternal, internalDetail)
		status = http.StatusInternalServerError
	}
	if e.Code == domain.CodeAlreadyExists && e.Precondition {
		status = http.StatusPreconditionFailed
	}
	p := &problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Code: api.ErrorCode(e.Code), Detail: e.Detail,
		Field: optional(e.Field), ExistingID: optional(e.ExistingID), Retryable: slices.Contains(retryable, e.Code),
		Blockers: blockers(e.Blockers),
	}
	if len(others) > 0 {
		p.Detail += " Besides: " + strings.Join(others, "; ") + "."
	}
	return p
}

// firstOf an operation's refusals, and where the others are.
func firstOf(err error) (first *domain.Error, others []string) {
	var found domain.Findings
	if errors.As(err, &found) && len(found) > 0 {
		for _, e := range found[1:] {
			others = append(others, strings.TrimSuffix(string(e.Code)+" at "+e.Field, " at "))
		}
		return found[0], others
	}
	switch {
	case errors.As(err, &first):
		return first, nil
	case errors.Is(err, domain.ErrOutcomeUnknown):
		return refuse(codeOutcomeUnknown, "The database did not tell whether this was done. Send the request again with the same "+
			"%s; without one, read first what is there.", api.HeaderIdempotencyKey), nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return refuse(codeUnavailable, "The request was given up before it was done."), nil
	case errors.Is(err, domain.ErrUnavailable):
		return refuse(codeUnavailable, "The server does not reach its database at present."), nil
	default:
		return refuse(codeInternal, internalDetail), nil
	}
}

func (p *problem) answer(requestID string) answer {
	body := p.withID(requestID)
	a, err := encode(body.Status, api.ProblemMediaType, body)
	if err != nil {
		panic(err) // strings, numbers and booleans are always encoded
	}
	return a
}

func (p *problem) withID(requestID string) *api.Problem {
	body := api.Problem(*p)
	body.RequestID = requestID
	return &body
}

func blockers(list []domain.Blocker) *[]api.Blocker {
	if len(list) == 0 {
		return nil
	}
	wire := each(list, func(b domain.Blocker) api.Blocker { return api.Blocker{Kind: b.Kind, ID: b.ID} })
	return &wire
}

func refuse(code domain.Code, format string, args ...any) *domain.Error {
	return refuseField(code, "", format, args...)
}

func refuseField(code domain.Code, field, format string, args ...any) *domain.Error {
	return &domain.Error{Code: code, Field: field, Detail: fmt.Sprintf(format, args...)}
}
