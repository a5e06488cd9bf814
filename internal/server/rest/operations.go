package rest

import (
	"context"
	"net/http"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

func getContract(context.Context, *call) (answer, error) {
	return answer{status: http.StatusOK, header: map[string]string{"Content-Type": "application/yaml"}, body: api.Document}, nil
}

func getHealth(context.Context, *call) (answer, error) { return ok(api.Health{Status: "ok"}) }

// getReadiness asks the database; the reason for a no stays in the log, since anybody may ask.
func getReadiness(ctx context.Context, c *call) (answer, error) {
	err := c.service.Ping(ctx)
	if err == nil && c.server.options.Ready != nil {
		err = c.server.options.Ready(ctx)
	}
	if err != nil {
		c.server.logger.WarnContext(ctx, "not ready", "request_id", c.id, "error", err.Error())
		c.header[api.HeaderRetryAfter] = "1"
		return answer{}, refuse(codeUnavailable, "The server can't take requests now.")
	}
	return ok(api.Health{Status: "ok"})
}

func getMetrics(_ context.Context, c *call) (answer, error) {
	header := map[string]string{"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
	return answer{status: http.StatusOK, header: header, body: c.server.metrics.text()}, nil
}
