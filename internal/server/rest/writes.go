package rest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// write runs a writing operation: for validation only, once for its idempotency key, or just so.
func (s *server) write(ctx context.Context, c *call) (answer, error) {
	switch {
	case c.query.Get("validate_only") == "true":
		return s.validate(ctx, c)
	case c.key != "" && c.route.Kind.repeats():
		return s.once(ctx, c)
	case len(c.match) > 1:
		return s.atomically(ctx, c)
	default:
		return c.handle(ctx)
	}
}

func (c *call) handle(ctx context.Context) (answer, error) {
	if err := c.judgeMatch(ctx); err != nil {
		return answer{}, err
	}
	return c.route.handle(ctx, c)
}

// atomically runs the operation in one transaction. It may run more than once; the last answer counts.
func (s *server) atomically(ctx context.Context, c *call) (a answer, err error) {
	err = s.service.Atomically(ctx, func(ctx context.Context) (err error) {
		a, err = c.handle(ctx)
		return err
	})
	return a, err
}

// validate answers what the operation would be refused for, and undoes it. An idempotency key plays no part: there is
// nothing to do twice, and a later validation shall see the world as it is then.
func (s *server) validate(ctx context.Context, c *call) (answer, error) {
	var a answer
	found, err := s.service.Validate(ctx, func(ctx context.Context) (err error) {
		a, err = c.handle(ctx)
		return err
	})
	switch {
	case err != nil:
		return answer{}, err
	case !c.route.Kind.batch:
		return encode(http.StatusOK, api.ValidationMediaType, validation(found))
	case len(found) > 0: // the batch as a whole; what was found of its items stands in its answer
		return answer{}, found
	}
	return a, nil
}

func validation(found domain.Findings) api.ValidationResult {
	return api.ValidationResult{Findings: each(found, func(e *domain.Error) api.ValidationFinding {
		return api.ValidationFinding{
			Severity: api.Severity(e.Severity()), Code: api.ErrorCode(e.Code), Detail: e.Detail,
			Field: optional(e.Field), ExistingID: optional(e.ExistingID), Blockers: blockers(e.Blockers),
		}
	})}
}

// once runs the operation unless its idempotency key has an answer already. The answer is kept in the transaction of the
// write, so neither is ever there without the other, also where the server is killed in between. Refusals are not
// kept: they changed nothing, and the repeat may find the cause removed.
func (s *server) once(ctx context.Context, c *call) (a answer, err error) {
	fingerprint := c.fingerprint()
	err = s.service.Atomically(ctx, func(ctx context.Context) error {
		kept, found, err := s.service.FindAnswer(ctx, c.actor.Principal(), c.key)
		switch {
		case err != nil:
			return err
		case found && kept.Fingerprint != fingerprint:
			return refuse(domain.CodeIdempotencyConflict, "This %s was used for another request; make up a new one.", api.HeaderIdempotencyKey)
		case found:
			a = answer{status: kept.Status, header: kept.Header, body: kept.Body}
			return nil
		}
		if a, err = c.handle(ctx); err != nil {
			return err
		}
		return s.service.KeepAnswer(ctx, domain.Answer{
			ClientID: c.actor.Principal(), Key: c.key, Fingerprint: fingerprint, Status: a.status, Header: a.header, Body: a.body,
		})
	})
	return a, err
}

// secretMembers are the members of bodies that hold secrets.
var secretMembers = []string{"password", "client_secret", "service_account_key"}

// bodyWithoutSecrets is what may go into a fingerprint, which is kept: whoever reads it there could try secrets out, until
// one has the same.
func (c *call) bodyWithoutSecrets() string {
	if !c.route.Kind.secret {
		return string(c.body)
	}
	var body any
	if json.Unmarshal(c.body, &body) != nil {
		return "" // no request that could succeed
	}
	text, err := json.Marshal(withoutSecrets(body))
	if err != nil {
		panic(err) // it was JSON before
	}
	return string(text)
}

func withoutSecrets(value any) any {
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	for name, member := range object {
		if slices.Contains(secretMembers, name) {
			delete(object, name)
		} else {
			object[name] = withoutSecrets(member)
		}
	}
	return object
}

// fingerprint tells requests apart that use the same idempotency key.
func (c *call) fingerprint() string {
	h := sha256.New()
	for _, part := range []string{
		c.request.Method, c.request.URL.EscapedPath(), c.query.Encode(),
		fmt.Sprintf("%q", c.match), fmt.Sprint(c.when.CreateOnly), c.bodyWithoutSecrets(),
	} {
		fmt.Fprintf(h, "%d:%s", len(part), part) // lengths keep parts from running into each other
	}
	return hex.EncodeToString(h.Sum(nil))
}
