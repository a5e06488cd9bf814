package client

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const opGetEffectiveAccess = "getEffectiveAccess"

// AccessQuestion asks whether a person gets in; what is empty, but for the e-mail address, is left open.
type AccessQuestion struct {
	Email    string
	SourceIP string
	Via      api.LoginVia
}

// GetEffectiveAccess asks whether a person gets in at a customer, by which ways, and why.
func (c *Client) GetEffectiveAccess(ctx context.Context, customerID string, q AccessQuestion) (*api.EffectiveAccess, error) {
	return fetch[api.EffectiveAccess](ctx, c, read(opGetEffectiveAccess, v1("customers", customerID, "effective-access"),
		filters(map[string]string{"email": q.Email, "source_ip": q.SourceIP, "via": string(q.Via)})))
}
