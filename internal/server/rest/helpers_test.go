package rest_test

import (
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// items of a page.
func items(t *testing.T, r servertest.Response) []map[string]any {
	t.Helper()
	return objects(t, r, "items")
}

// results of a batch.
func results(t *testing.T, r servertest.Response) []map[string]any {
	t.Helper()
	return objects(t, r, "results")
}

func objects(t *testing.T, r servertest.Response, name string) []map[string]any {
	t.Helper()
	list, ok := r.JSON(t)[name].([]any)
	if !ok {
		t.Fatalf("the answer has no %s: %d %s", name, r.Status, r.Body)
	}
	objects := make([]map[string]any, len(list))
	for i, item := range list {
		objects[i] = item.(map[string]any)
	}
	return objects
}

// code of the problem of a batch's result, or empty.
func code(result map[string]any) string {
	problem, _ := result["problem"].(map[string]any)
	code, _ := problem["code"].(string)
	return code
}

// retryable is what a refusal says of itself.
func retryable(t *testing.T, r servertest.Response) bool {
	t.Helper()
	yes, _ := r.JSON(t)["retryable"].(bool)
	return yes
}
