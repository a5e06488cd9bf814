package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

const (
	adminBatch = "/v1/portal-admins:batch"
	grantBatch = "/v1/external-admins:batch"
	globexID   = "cus_globex22222222222222"
)

// outcomes of a batch, as status and code of each item, with where the problem is.
func outcomes(t *testing.T, r servertest.Response) []string {
	t.Helper()
	var list []string
	for _, result := range results(t, r) {
		text := fmt.Sprint(result["status"])
		if problem, ok := result["problem"].(map[string]any); ok {
			text += fmt.Sprintf(" %s %s", problem["code"], problem["field"])
		}
		if validation, ok := result["validation"].(map[string]any); ok {
			for _, f := range validation["findings"].([]any) {
				f := f.(map[string]any)
				text += fmt.Sprintf(" %s %s %s", f["severity"], f["code"], f["field"])
			}
		}
		list = append(list, text)
	}
	return list
}

func batchOf(items ...string) string { return `{"items":[` + strings.Join(items, ",") + `]}` }

func TestBatchOutcomes(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	c := s.Main(t)
	current := c.Do(t, http.MethodGet, admins+pat, nil).Header.Get("ETag")
	quoted, err := json.Marshal(current)
	if err != nil {
		t.Fatal(err)
	}
	items := []struct{ item, want string }{
		{`{"operation":"put","email":"jordan@northwind-msp.example","name":"Jordan","role":"msp_sales"}`, "201"},
		{`{"operation":"put","email":"nobody@northwind-msp.example","name":"N","role":"msp_sales"}`, "422 not_a_partner_user /items/1/email"},
		{`{"operation":"put","email":"` + pat + `","name":"Pat Lopez","role":"msp_prospects","if_match":` + string(quoted) + `}`, "200"},
		{`{"operation":"put","email":"JORDAN@northwind-msp.example","name":"Jordan","role":"msp_helpdesk"}`, "422 invalid_value /items/3"},
		{`{"operation":"put","email":"robin@northwind-msp.example","name":"R","role":"msp_sales","if_match":"\"old\""}`, "412 precondition_failed /items/4"},
		{`{"operation":"put","email":"kim@northwind-msp.example","name":"Kim","role":"msp_sales","create_only":true}`, "412 already_exists /items/5"},
		{`{"operation":"delete","email":"alex@northwind-msp.example"}`, "204"},
		{`{"operation":"delete","email":"lee@northwind-msp.example"}`, "409 in_use /items/7"},
		{`{"operation":"rename","email":"x@northwind-msp.example"}`, "422 invalid_value /items/8/operation"},
		{`{"operation":"delete","email":"y@northwind-msp.example","role":"msp_sales"}`, "422 invalid_value /items/9/role"},
	}
	var texts, want []string
	for _, item := range items {
		texts, want = append(texts, item.item), append(want, item.want)
	}
	before := everything(t, c)
	for i, got := range outcomes(t, c.Do(t, http.MethodPost, adminBatch+"?validate_only=true", batchOf(texts...))) {
		if refused := strings.Contains(want[i], " "); refused == (got == "200") {
			t.Errorf("validation of item %d: got %q, the write would answer %q", i, got, want[i])
		}
	}
	if after := everything(t, c); after != before {
		t.Error("validation changed something")
	}
	r := c.Do(t, http.MethodPost, adminBatch, batchOf(texts...), "Idempotency-Key", "k")
	for i, got := range outcomes(t, r) {
		if got != want[i] {
			t.Errorf("item %d: got %q, want %q", i, got, want[i])
		}
	}
	done := results(t, r)
	for i, email := range map[int]string{0: jordan, 2: pat} {
		single := c.Do(t, http.MethodGet, admins+email, nil)
		if done[i]["etag"] != single.Header.Get("ETag") || fmt.Sprint(done[i]["portal_admin"]) != fmt.Sprint(single.JSON(t)) {
			t.Errorf("item %d has %v, the object is %s %s", i, done[i], single.Header.Get("ETag"), single.Body)
		}
	}
	if r := c.Do(t, http.MethodGet, admins+"alex@northwind-msp.example", nil); r.Status != http.StatusNotFound {
		t.Errorf("the deleted one answers %d", r.Status)
	}
	if again := c.Do(t, http.MethodPost, adminBatch, batchOf(texts...), "Idempotency-Key", "k"); !bytes.Equal(again.Body, r.Body) {
		t.Errorf("the repeat answers %s", again.Body)
	}
}

func TestBatchOfGrants(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	item := func(operation, customer, email, more string) string {
		return fmt.Sprintf(`{"operation":%q,"customer_id":%q,"email":%q%s}`, operation, customer, email, more)
	}
	r := c.Do(t, http.MethodPost, grantBatch, batchOf(
		item("put", globexID, pat, `,"role":"basic_administrator"`),
		item("put", globexID, lee, `,"role":"super_administrator"`),
		item("put", "cus_nowhere", lee, `,"role":"basic_administrator"`),
		item("delete", "cus_acme2222222222222222", lee, ""),
		item("delete", "cus_acme2222222222222222", "ines@northwind-msp.example", ""),
		item("put", globexID, "robin@northwind-msp.example", ""),
	))
	want := []string{"201", "403 protected_role /items/1/role", "404 not_found /items/2", "204", "403 protected_role", "422 "}
	for i, got := range outcomes(t, r) {
		if !strings.HasPrefix(got, want[i]) {
			t.Errorf("item %d: got %q, want %q", i, got, want[i])
		}
	}
	if got := items(t, c.Do(t, http.MethodGet, globex+"/external-admins", nil)); len(got) != 2 {
		t.Errorf("got %v", got)
	}
}

// Later items of a validation see what earlier ones would have done.
func TestBatchValidationInOrder(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	r := c.Do(t, http.MethodPost, adminBatch+"?validate_only=true", batchOf(
		`{"operation":"delete","email":"alex@northwind-msp.example"}`,
		`{"operation":"put","email":"ines@northwind-msp.example","name":"Ines","role":"msp_sales"}`,
	))
	got := outcomes(t, r)
	if got[0] != "200" || got[1] != "200 pending last_administrator /items/1/role" {
		t.Errorf("got %q", got)
	}
}

func TestBatchLimits(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	for _, test := range []struct {
		path  string
		limit int
		item  string
	}{
		{adminBatch, 10, `{"operation":"delete","email":"x%d@northwind-msp.example"}`},
		{grantBatch, 100, `{"operation":"delete","customer_id":"cus_globex22222222222222","email":"x%d@northwind-msp.example"}`},
	} {
		var list []string
		for i := range test.limit + 1 {
			list = append(list, fmt.Sprintf(test.item, i))
		}
		if r := c.Do(t, http.MethodPost, test.path, batchOf(list...)); r.Status != http.StatusBadRequest || r.Code() != "batch_too_large" {
			t.Errorf("%s: got %d %s", test.path, r.Status, r.Body)
		}
		if r := c.Do(t, http.MethodPost, test.path, batchOf(list[1:]...)); r.Status != http.StatusOK || len(results(t, r)) != test.limit {
			t.Errorf("%s: got %d %s", test.path, r.Status, r.Body)
		}
		for _, validate := range []string{"", "?validate_only=true"} {
			if r := c.Do(t, http.MethodPost, test.path+validate, batchOf()); r.Status != http.StatusUnprocessableEntity || r.Code() != "invalid_value" || r.Field() != "/items" {
				t.Errorf("%s: got %d %s", test.path+validate, r.Status, r.Body)
			}
		}
	}
}

// A batch is as safe to repeat as a single write when its answer is lost.
func TestBatchLostAnswer(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t, servertest.WithFaults(rest.Fault{Operation: "batchPortalAdmins", Kind: rest.FaultDropAnswer, Times: 1}))
	c := s.Main(t)
	body := batchOf(`{"operation":"put","email":"jordan@northwind-msp.example","name":"Jordan","role":"msp_sales","create_only":true}`)
	if _, err := c.Try(t, http.MethodPost, adminBatch, body, "Idempotency-Key", "k"); err == nil {
		t.Fatal("the answer was not lost")
	}
	if got := outcomes(t, c.Do(t, http.MethodPost, adminBatch, body, "Idempotency-Key", "k")); got[0] != "201" {
		t.Errorf("got %q", got)
	}
}

// An item that the caller's role does not allow is refused by itself; a caller who may send none is refused as a whole.
func TestBatchOfCustomerUsers(t *testing.T) {
	t.Parallel()
	const userBatch = "/v1/customer-users:batch"
	s := servertest.NewServer(t)
	item := func(operation, customer, email, more string) string {
		return fmt.Sprintf(`{"operation":%q,"customer_id":%q,"email":%q%s}`, operation, customer, email, more)
	}
	const umbrellaID = "cus_umbrella222222222222"
	body := batchOf(
		item("put", umbrellaID, "new@new.example", `,"name":"New","role":"audit","create_only":true`),
		item("put", umbrellaID, "boss@new.example", `,"name":"Boss","role":"master_admin"`),
		item("delete", umbrellaID, "ana.silva@umbrella.example", ""),
		item("put", umbrellaID, "TOM@umbrella.example", `,"name":"Tom Reed","role":"limited_support"`),
		item("put", globexID, "new@new.example", `,"name":"New","role":"audit"`),
		item("put", "cus_nowhere", "new@new.example", `,"name":"New","role":"audit"`),
		item("put", umbrellaID, "late@new.example", ""),
		item("delete", umbrellaID, "NEW@new.example", ""),
		item("delete", umbrellaID, "x@new.example", `,"role":"audit"`),
	)
	want := []string{"201", "403 forbidden /items/1/role", "403 forbidden /items/2", "200", "403 not_managed /items/4", "404 not_found /items/5", "422 invalid_value /items/6/name", "422 invalid_value /items/7", "422 invalid_value /items/8/role"}
	helpdesk := s.As(t, "northwind-helpdesk")
	if got := outcomes(t, helpdesk.Do(t, http.MethodPost, userBatch+"?validate_only=true", body)); len(got) != len(want) || got[1] != want[1] || !strings.HasPrefix(got[6], "200 fatal invalid_value /items/6/name") {
		t.Errorf("validation: got %q", got)
	}
	r := helpdesk.Do(t, http.MethodPost, userBatch, body)
	for i, got := range outcomes(t, r) {
		if got != want[i] {
			t.Errorf("item %d: got %q, want %q", i, got, want[i])
		}
	}
	if first := results(t, r)[3]; fmt.Sprint(first["customer_user"]) != fmt.Sprint(helpdesk.Do(t, http.MethodGet, tom, nil).JSON(t)) {
		t.Errorf("item 3 has %v", first)
	}
	if r := s.As(t, "northwind-sales").Do(t, http.MethodPost, userBatch, body); r.Status != http.StatusForbidden || r.Code() != "forbidden" {
		t.Errorf("sales: got %d %s", r.Status, r.Body)
	}
}

// Checks of single writes and of batches are answered while another request is in the middle of its transaction, and see
// nothing of it.
func TestChecksBesideWriter(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	c := s.Main(t)
	check := func() string {
		single := c.Do(t, http.MethodPut, admins+jordan+"?validate_only=true", `{"name":"Jordan","role":"msp_sales"}`)
		batch := c.Do(t, http.MethodPost, adminBatch+"?validate_only=true", batchOf(
			`{"operation":"delete","email":"alex@northwind-msp.example"}`,
			`{"operation":"put","email":"ines@northwind-msp.example","name":"Ines","role":"msp_sales"}`,
		))
		return fmt.Sprintf("%d %s %d %v", single.Status, single.Body, batch.Status, outcomes(t, batch))
	}
	before := check()
	inside, release, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- s.Service.Atomically(t.Context(), func(ctx context.Context) error {
			actor := domain.Actor{PartnerID: s.Seed.Partners[0].ID, Scopes: domain.ScopesOf(domain.RoleAdministrator)}
			err := s.Service.DeletePortalAdmin(ctx, actor, "alex@northwind-msp.example", domain.Precondition{})
			inside <- struct{}{}
			<-release
			return err
		})
	}()
	<-inside
	during := check()
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if during != before || check() == before {
		t.Errorf("checks found\n%s\nbeside a writer\n%s\nand after it\n%s", before, during, check())
	}
}
