package servertest_test

import (
	"net/http"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

func TestServerRecords(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	main := s.Main(t)
	if r := main.Do(t, http.MethodGet, "/v1/me", nil); r.Status != http.StatusOK || r.JSON(t)["client_id"] != servertest.MainClient {
		t.Fatalf("got %d %s", r.Status, r.Body)
	}
	if r := main.Do(t, http.MethodGet, "/v1/nothing?x=y", nil); r.Status != http.StatusNotFound {
		t.Errorf("got %d", r.Status)
	}
	seen := s.Requests()
	if len(seen) != 3 || seen[0].OperationID != "createToken" || seen[1].OperationID != "getCurrentClient" || seen[1].Status != http.StatusOK ||
		seen[2].OperationID != "" || seen[2].Path != "/v1/nothing" || seen[2].Query != "x=y" {
		t.Errorf("recorded %+v", seen)
	}
	s.ResetRequests()
	if left := len(s.Requests()); left != 0 {
		t.Errorf("%d are left", left)
	}
}
