// Package api is the contract between client and server: the OpenAPI document, the wire types generated from it, and
// the names of headers and media types that both sides spell.
package api

import _ "embed"

//go:generate go tool -modfile=../tools/go.mod oapi-codegen -config oapi-codegen.yaml openapi.yaml

// Document is the OpenAPI document, as the server answers it at /openapi.yaml.
//
//go:embed openapi.yaml
var Document []byte

// Media types of answers besides application/json.
const (
	ProblemMediaType    = "application/problem+json"
	ValidationMediaType = "application/vnd.msp.validation+json"
)

// Headers that the contract gives a meaning.
const (
	HeaderETag           = "ETag"
	HeaderIfMatch        = "If-Match"
	HeaderIfNoneMatch    = "If-None-Match"
	HeaderIdempotencyKey = "Idempotency-Key"
	HeaderRequestID      = "X-Request-Id"
	HeaderRetryAfter     = "Retry-After"
)

// Limits that the contract sets.
const (
	MaxPageSize            = 500
	MaxPortalAdminBatch    = 10
	MaxExternalAdminBatch  = 100
	MaxCustomerUserBatch   = 100
	MaxIdempotencyKeyBytes = 200
)
