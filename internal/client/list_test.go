package client

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// pages answers with n pages of two mails each; page bad, if it is one, is an error.
func pages(n, bad int, queries *[]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		*queries = append(*queries, r.URL.RawQuery)
		number := 1
		_, _ = fmt.Sscanf(r.URL.Query().Get("page_token"), "t=&%d", &number)
		if number == bad {
			writeProblem(w, api.Problem{Status: 403, Code: api.ErrorCodeForbidden})
			return
		}
		page := api.MailPage{Items: []api.Mail{{ID: fmt.Sprint(2 * number)}, {ID: fmt.Sprint(2*number + 1)}}}
		if number < n {
			next := fmt.Sprintf("t=&%d", number+1)
			page.NextPageToken = &next
		}
		writeJSON(w, http.StatusOK, page)
	}
}

func TestListGoesThroughPages(t *testing.T) {
	t.Parallel()
	var queries []string
	c := serve(t, pages(3, 0, &queries))
	mails, err := Collect(c.ListOutbox(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	ids := ""
	for _, mail := range mails {
		ids += mail.ID
	}
	want := []string{"page_size=500", "page_size=500&page_token=t%3D%262", "page_size=500&page_token=t%3D%263"}
	if ids != "234567" || strings.Join(queries, " ") != strings.Join(want, " ") {
		t.Errorf("got %s by %q", ids, queries)
	}
	// A list can be gone through twice: each time from its start.
	again := c.ListOutbox(t.Context())
	for range 2 {
		if mails, err := Collect(again); err != nil || len(mails) != 6 {
			t.Errorf("got %d mails, %v", len(mails), err)
		}
	}
}

func TestListKeepsErrors(t *testing.T) {
	t.Parallel()
	for bad, want := range map[int]int{1: 0, 2: 2, 3: 4} {
		var queries []string
		c := serve(t, pages(3, bad, &queries))
		seen, failed := 0, 0
		for _, err := range c.ListOutbox(t.Context()) {
			if err != nil {
				_ = wantError(t, err, 403)
				failed++
				continue
			}
			seen++
		}
		if seen != want || failed != 1 {
			t.Errorf("page %d fails: got %d mails and %d errors, want %d and 1", bad, seen, failed, want)
		}
		mails, err := Collect(c.ListOutbox(t.Context()))
		_ = wantError(t, err, 403)
		if mails != nil {
			t.Error("Collect gives half a list")
		}
	}
}

func TestListStopsWhenToldTo(t *testing.T) {
	t.Parallel()
	var queries []string
	c := serve(t, pages(3, 0, &queries))
	for _, err := range c.ListOutbox(t.Context()) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	if len(queries) != 1 {
		t.Errorf("got %q", queries)
	}
}

func TestListThatWouldNeverEnd(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		same := "same"
		writeJSON(w, http.StatusOK, api.MailPage{Items: []api.Mail{}, NextPageToken: &same})
	})
	_, err := Collect(c.ListOutbox(t.Context()))
	if err == nil || asked.Load() != 2 {
		t.Errorf("got %v after %d requests", err, asked.Load())
	}
}

func TestEmptyListIsNoError(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, api.MailPage{Items: []api.Mail{}})
	})
	if mails, err := Collect(c.ListOutbox(t.Context())); err != nil || mails == nil || len(mails) != 0 {
		t.Errorf("got %v, %v", mails, err)
	}
}

func TestEmptyBatchIsNotSent(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	c := serve(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	if got, err := c.BatchExternalAdmins(t.Context(), nil); err != nil || len(got.Results) != 0 || asked.Load() != 0 {
		t.Errorf("got %v, %v after %d requests", got, err, asked.Load())
	}
}

func TestOddKeysArriveAsTheyAre(t *testing.T) {
	t.Parallel()
	odd := []string{
		"a/b+c%d@x.example", "o'brien@x.example", `"quoted name"@x.example`, "a?b#c@x.example", "a%2Fb@x.example",
		"ü@x.example", "a;b=c&d@x.example", "a:b@x.example", `back\slash@x.example`, "..@x.example",
	}
	var got string
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/customers/{customer_id}/external-admins/{email}", func(w http.ResponseWriter, r *http.Request) {
		got = r.PathValue("customer_id") + " " + r.PathValue("email") + " " + r.URL.RawQuery
		writeAdmin(w)
	})
	mux.HandleFunc("GET /v1/external-admins", func(w http.ResponseWriter, r *http.Request) {
		query, _ := url.ParseQuery(r.URL.RawQuery)
		got = query.Get("email")
		writeJSON(w, http.StatusOK, api.ExternalAdminPage{Items: []api.ExternalAdmin{}})
	})
	c := serve(t, mux.ServeHTTP)
	for _, email := range odd {
		if _, err := c.GetExternalAdmin(t.Context(), "cus/1 ?", email); err != nil || got != "cus/1 ? "+email+" " {
			t.Errorf("%s arrived as %q, %v", email, got, err)
		}
		if _, err := Collect(c.ListExternalAdmins(t.Context(), ExternalAdminFilter{Email: email})); err != nil || got != email {
			t.Errorf("%s as a filter arrived as %q, %v", email, got, err)
		}
	}
}
