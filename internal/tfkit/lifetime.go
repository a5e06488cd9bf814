package tfkit

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// What ephemeral resources open lives for a time, is renewed halfway through it, and ends by itself.
const (
	attrTTL = "ttl"

	minTTL = time.Minute
	maxTTL = time.Hour
	// closing bounds how long Terraform waits for an end that comes by itself anyway.
	closing = 30 * time.Second
)

// TTL accepts how long the API lets something live that it ends by itself.
func TTL() validator.String {
	return wellFormed{"a duration from 1m to 1h, such as 15m", func(s string) error {
		d, err := time.ParseDuration(s)
		if err != nil || d < minTTL || d > maxTTL || d%time.Second != 0 {
			return fmt.Errorf("%q is no duration from 1m to 1h in whole seconds; write for example 15m", s)
		}
		return nil
	}}
}

// TTLSeconds is a ttl as the API takes it, nil for none.
func TTLSeconds(ttl types.String) *int {
	d, err := time.ParseDuration(ttl.ValueString())
	if err != nil {
		return nil
	}
	seconds := int(d.Seconds())
	return &seconds
}

// InLifetime is InRoot for what has a ttl.
func InLifetime(field string) path.Path {
	if field == "/ttl_seconds" {
		return path.Root(attrTTL)
	}
	return InRoot(field)
}

// Closing is the context to end something in: also when Terraform was interrupted, but not for long.
func Closing(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), closing)
}
