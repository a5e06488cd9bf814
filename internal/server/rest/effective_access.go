package rest

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

var (
	ofEmail    = Parameter{"email", isEmail, "an e-mail address"}
	bySourceIP = Parameter{"source_ip", isAddress, "an IPv4 or IPv6 address"}
	byVia      = oneOf("via", api.LoginVia.Valid, "portal or direct")
)

func isEmail(s string) bool {
	_, err := canon.Email(s)
	return err == nil
}

func isAddress(s string) bool {
	_, err := canon.IPAddress(s)
	return err == nil
}

func getEffectiveAccess(ctx context.Context, c *call) (answer, error) {
	if !c.query.Has("email") {
		return answer{}, refuse(domain.CodeInvalidRequest, "Query parameter email is missing: it says whose login is judged.")
	}
	source, _ := canon.IPAddress(c.query.Get("source_ip")) // judged already; zero if it is not given
	v, err := c.service.EffectiveAccess(ctx, c.actor, c.path("customer_id"), domain.AccessQuestion{
		Email: c.query.Get("email"), SourceIP: source, Via: domain.LoginVia(c.query.Get("via")),
	})
	if err != nil {
		return answer{}, err
	}
	return ok(api.EffectiveAccess{
		CustomerID: v.CustomerID, Email: v.Email, Allowed: v.Allowed,
		Permissions: texts[string, string](v.Permissions), Reasons: texts[string, string](v.Reasons),
		Paths: each(v.Paths, func(p domain.AccessPath) api.AccessPath {
			return api.AccessPath{
				Kind: p.Kind, ID: p.ID, Via: api.LoginVia(p.Via), Role: p.Role, Allowed: p.Allowed,
				Permissions: texts[string, string](p.Permissions), Reasons: texts[string, string](p.Reasons),
			}
		}),
	})
}
