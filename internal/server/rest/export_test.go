package rest

import "github.com/terraform-provider-msp/terraform-provider-msp/internal/api"

// Open tells whether nobody needs to sign in.
func (k Kind) Open() bool { return k.open }

// Headers are the request headers with a meaning of the contract that the kind takes.
func (k Kind) Headers() []string {
	var headers []string
	for header, taken := range map[string]bool{
		api.HeaderIfMatch: k.ifMatch, api.HeaderIfNoneMatch: k.ifNoneMatch, api.HeaderIdempotencyKey: k.write && k.repeats(),
	} {
		if taken {
			headers = append(headers, header)
		}
	}
	return headers
}
