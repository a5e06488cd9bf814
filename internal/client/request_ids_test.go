package client

import (
	"net/http"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// An object that is still there after its removal, or not as planned, is told with the request that showed it.
func TestAnswersTellTheirRequests(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(api.HeaderRequestID, "req_of_"+r.Method)
		writeAdmin(w)
	})
	read, err := c.GetExternalAdmin(t.Context(), "cus_1", "a@x.example")
	if err != nil || read.RequestID != "req_of_GET" {
		t.Errorf("a read: %+v, %v", read, err)
	}
	written, err := c.PutExternalAdmin(t.Context(), "cus_1", "a@x.example", api.ExternalAdminInput{Role: "helpdesk"}, WriteOptions{})
	if err != nil || written.RequestID != "req_of_PUT" {
		t.Errorf("a write: %+v, %v", written, err)
	}
}
