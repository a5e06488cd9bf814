package client

import (
	"context"
	"net/http"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// Validation is what the API says of a write that it was only asked about.
type Validation struct {
	Findings []Finding // none if nothing is wrong
}

// Finding is one thing that the API says against a write.
type Finding struct {
	api.ValidationFinding
	// RequestID names the request that asked to the API's operator.
	RequestID string
}

// validate checks what r would do. An answer of another media type is refused: whoever gave it did not validate.
func (c *Client) validate(ctx context.Context, r request) (*Validation, error) {
	r = r.validating()
	r.acceptHeader = acceptValidation
	var result api.ValidationResult
	a, err := c.do(ctx, r, func(a *answer) error {
		err := decodeJSON(a, http.StatusOK, api.ValidationMediaType, &result)
		if err == nil && result.Findings == nil {
			return &badAnswerError{"the answer to a validation has no findings"}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &Validation{Findings: c.findings(result.Findings, c.mask.id(a.requestID()))}, nil
}

// findings are what an answer found, with what it says of values that it judged masked.
func (c *Client) findings(found []api.ValidationFinding, requestID string) []Finding {
	all := make([]Finding, len(found))
	for i, finding := range found {
		finding.Detail = c.mask.text(finding.Detail)
		all[i] = Finding{ValidationFinding: finding, RequestID: requestID}
	}
	return all
}
