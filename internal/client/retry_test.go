package client

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// TestRepeats walks status, method and key. Each server answers the same for ever; what counts is how often it is asked.
func TestRepeats(t *testing.T) {
	t.Parallel()
	const retries = 2
	var (
		get       = read("op", v1("x"), nil)
		putting   = put("op", v1("x"), map[string]string{}, WriteOptions{})
		deleting  = remove("op", v1("x"), MatchOptions{})
		posting   = post("op", v1("x"), map[string]string{})
		validates = posting.validating()
	)
	problem := func(status int, code api.ErrorCode, retryable bool) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			writeProblem(w, api.Problem{Status: status, Code: code, Retryable: retryable})
		}
	}
	plain := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
	}
	dropped := func(http.ResponseWriter, *http.Request) { drop() }
	for name, test := range map[string]struct {
		answer  http.HandlerFunc
		repeats bool
	}{
		"429":                   {plain(429), true},
		"502":                   {plain(502), true},
		"503":                   {plain(503), true},
		"503 outcome_unknown":   {problem(503, api.ErrorCodeOutcomeUnknown, true), true},
		"504":                   {plain(504), true},
		"dropped":               {dropped, true},
		"500 bare":              {plain(500), false},
		"500 final":             {problem(500, api.ErrorCodeInternal, false), false},
		"500 retryable":         {problem(500, api.ErrorCodeInternal, true), true},
		"409 conflict":          {problem(409, api.ErrorCodeConflict, true), true},
		"409 conflict, final":   {problem(409, api.ErrorCodeConflict, false), false},
		"409 in_use":            {problem(409, api.ErrorCodeInUse, true), false},
		"409 bare":              {plain(409), false},
		"400":                   {problem(400, api.ErrorCodeInvalidRequest, false), false},
		"401 of a static token": {problem(401, api.ErrorCodeUnauthenticated, false), false},
		"404":                   {problem(404, api.ErrorCodeNotFound, false), false},
		"412":                   {problem(412, api.ErrorCodePreconditionFailed, false), false},
		"501":                   {plain(501), false},
		"505":                   {plain(505), false},
	} {
		for kind, r := range map[string]struct {
			request request
			keyless bool
		}{
			"GET": {request: get}, "PUT": {request: putting}, "DELETE": {request: deleting},
			"PUT without key": {request: putting, keyless: true}, "DELETE without key": {request: deleting, keyless: true},
			"POST": {request: posting}, "POST that validates": {request: validates},
			"POST without key": {request: posting, keyless: true},
		} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				var asked atomic.Int32
				c := serve(t, func(w http.ResponseWriter, r *http.Request) {
					asked.Add(1)
					test.answer(w, r)
				}, func(c *Config) { c.MaxRetries = retries })
				call := &call{client: c, request: r.request, credentials: c.credentials}
				if r.request.write && !r.keyless {
					call.idempotencyKey = "key"
				}
				_, _ = call.run(t.Context())
				want := int32(1)
				if test.repeats && kind != "POST without key" {
					want = 1 + retries
				}
				if got := asked.Load(); got != want {
					t.Errorf("asked %d times, want %d", got, want)
				}
			})
		}
	}
}

func TestRepeatCarriesSameKeyAndBody(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex // each connection has a goroutine
	var keys, bodies []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		keys, bodies = append(keys, r.Header.Get("Idempotency-Key")), append(bodies, readAll(r))
		if len(keys) == 1 {
			drop()
		}
		writeJSON(w, http.StatusCreated, api.Customer{ID: "cus_1"})
	})
	got, err := c.CreateCustomer(t.Context(), api.CustomerInput{Name: "Acme", Domain: "acme.example"})
	if err != nil {
		t.Fatal(err)
	}
	if !got.Created || got.Value.ID != "cus_1" {
		t.Errorf("got %+v", got)
	}
	if len(keys) != 2 || keys[0] == "" || keys[0] != keys[1] || bodies[0] != bodies[1] || !strings.Contains(bodies[0], "acme.example") {
		t.Errorf("got keys %q and bodies %q", keys, bodies)
	}
	if _, err := c.CreateCustomer(t.Context(), api.CustomerInput{}); err != nil || keys[2] == keys[0] {
		t.Errorf("another request: %v, keys %q", err, keys)
	}
}

func TestLostWriteSaysSo(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	// The first answer is lost; then a proxy answers for the server.
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == 1 {
			drop()
		}
		writeProblem(w, api.Problem{Status: 503, Code: api.ErrorCodeUnavailable, Retryable: true})
	})
	err := c.DeleteExternalAdmin(t.Context(), "cus_1", "a@x.example", MatchOptions{})
	if e := wantError(t, err, 503); !e.MayHaveHappened {
		t.Errorf("%v: does not tell of the first try", err)
	}
	wantText(t, err, "may have been carried out")

	asked.Store(1) // no lost answer this time
	err = c.DeleteExternalAdmin(t.Context(), "cus_1", "a@x.example", MatchOptions{})
	if e := wantError(t, err, 503); e.MayHaveHappened {
		t.Errorf("%v: tells of a try that never was", err)
	}
}

// On a connection that was used before, net/http sends a request with an idempotency key again by itself.
func TestLostWriteOnUsedConnectionSaysSo(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodGet:
			writeAdmin(w)
		case asked.Add(1) == 1:
			drop()
		default:
			w.Header().Set(api.HeaderRetryAfter, "3600")
			writeProblem(w, api.Problem{Status: 503, Code: api.ErrorCodeUnavailable, Retryable: true})
		}
	})
	if err := getAdmin(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if e := wantError(t, putAdmin(t.Context(), c), 503); !e.MayHaveHappened || asked.Load() != 2 {
		t.Errorf("%v after %d requests: does not tell of the first one", e, asked.Load())
	}
	if e := wantError(t, putAdmin(t.Context(), c), 503); e.MayHaveHappened {
		t.Errorf("%v: tells of a try that never was", e)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                               -1,
		"0":                              0,
		"7":                              7 * time.Second,
		"3600":                           time.Hour,
		"9223372036854775807":            365 * 24 * time.Hour,
		"-1":                             -1,
		"1.5":                            -1,
		"soon":                           -1,
		"Mon, 06 May 2024 07:08:39 GMT":  30 * time.Second,
		"Monday, 06-May-24 07:08:39 GMT": 30 * time.Second,
		"Mon, 06 May 2024 07:00:00 GMT":  0,
	} {
		header := http.Header{"Retry-After": {value}}
		got, ok := retryAfter(header, now)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: got %v, want %v", value, got, want)
		}
	}
	// The server's clock is an hour ahead; the wait is by that clock.
	header := http.Header{"Retry-After": {"Mon, 06 May 2024 08:08:14 GMT"}, "Date": {"Mon, 06 May 2024 08:08:09 GMT"}}
	if got, _ := retryAfter(header, now); got != 5*time.Second {
		t.Errorf("by the server's clock: got %v, want 5s", got)
	}
}

func TestRetryAfterBound(t *testing.T) {
	t.Parallel()
	date := time.Now().Add(2 * time.Hour).UTC().Format(http.TimeFormat)
	for name, test := range map[string]struct {
		value string
		asked int32
	}{
		"within":       {"0", 4},
		"beyond":       {"3600", 1},
		"beyond, date": {date, 1},
		"absurd":       {"99999999999999999", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				w.Header().Set("Retry-After", test.value)
				writeProblem(w, api.Problem{Status: 429, Code: api.ErrorCodeRateLimited, Retryable: true, Detail: "slow down"})
			})
			_, err := c.GetPartner(t.Context())
			e := wantError(t, err, 429)
			if asked.Load() != test.asked {
				t.Errorf("asked %d times, want %d", asked.Load(), test.asked)
			}
			if beyond := test.asked == 1; beyond != (e.RetryAfter > time.Minute) {
				t.Errorf("got RetryAfter %v", e.RetryAfter)
			}
			wantText(t, err, "slow down")
			if test.value == "3600" {
				wantText(t, err, "wait 1h0m0s")
			}
		})
	}
}

func TestRetryAfterIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		c := serveInBubble(t, func(w http.ResponseWriter, _ *http.Request) {
			if asked.Add(1) == 1 {
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			writeAdmin(w)
		})
		started := time.Now()
		if _, err := c.GetExternalAdmin(t.Context(), "cus_1", "a@x.example"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(started); took < 7*time.Second || took > 8*time.Second {
			t.Errorf("came back after %v, want about 7s", took)
		}
	})
}

func TestBackoffHasFullJitterWithinBounds(t *testing.T) {
	t.Parallel()
	c := clientOf(t, "https://portal.example")
	const waitMin, waitMax = 100 * time.Millisecond, time.Second
	for attempt, ceiling := range map[int]time.Duration{0: waitMin, 1: 2 * waitMin, 3: 8 * waitMin, 4: waitMax, 40: waitMax, 1000: waitMax} {
		low, high := waitMax, time.Duration(0)
		for range 500 {
			wait := (&call{client: c}).backoff(t.Context(), waitMin, waitMax, attempt)
			low, high = min(low, wait), max(high, wait)
		}
		if low < 0 || high > ceiling {
			t.Errorf("attempt %d: waits from %v to %v, want within 0 to %v", attempt, low, high, ceiling)
		}
		if low > ceiling/4 || high < ceiling*3/4 {
			t.Errorf("attempt %d: waits from %v to %v do not spread over 0 to %v", attempt, low, high, ceiling)
		}
	}
	// A Retry-After is never cut short, and not all come back at the same moment.
	waits := map[time.Duration]bool{}
	for range 50 {
		limited := &call{client: c, answer: &answer{status: 429, header: http.Header{"Retry-After": {"2"}}}}
		wait := limited.backoff(t.Context(), waitMin, waitMax, 0)
		if wait < 2*time.Second || wait > 2*time.Second+waitMin {
			t.Errorf("got %v", wait)
		}
		waits[wait] = true
	}
	if len(waits) < 2 {
		t.Error("no jitter on Retry-After")
	}
}

func TestLastBodyIsKept(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, api.Problem{Status: 503, Code: api.ErrorCodeUnavailable, Detail: "down for maintenance", Retryable: true})
	})
	_, err := c.GetPartner(t.Context())
	if e := wantError(t, err, 503); e.Code != api.ErrorCodeUnavailable || e.RequestID != "req_1" {
		t.Errorf("got %+v", e)
	}
	wantText(t, err, "down for maintenance", "req_1")
}

func TestTruncatedBodyIsReadAgain(t *testing.T) {
	t.Parallel()
	for name, breakOff := range map[string]http.HandlerFunc{
		"length": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"id":"p`))
			_ = http.NewResponseController(w).Flush()
			drop()
		},
		"chunks": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"id":"p`))
			_ = http.NewResponseController(w).Flush()
			drop()
		},
		"JSON": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"id":"p`))
		},
		"nothing": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "application/json") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) <= 2 {
					breakOff(w, r)
					return
				}
				writeJSON(w, http.StatusOK, api.Partner{ID: "p1"})
			})
			got, err := c.GetPartner(t.Context())
			if err != nil || got.ID != "p1" || asked.Load() != 3 {
				t.Errorf("got %+v, %v after %d requests", got, err, asked.Load())
			}
			asked.Store(-100)
			_, err = c.GetPartner(t.Context())
			_ = wantTransport(t, err, KindTruncated)
		})
	}
}

func TestFailureLeavesConnectionsOfOthers(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	endpoint := listenBy(t, func(s *httptest.Server) {
		s.Config.ConnState = countNew(&connections)
		s.Start()
	}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/bad") {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		writeAdmin(w)
	}))
	c := clientOf(t, endpoint)
	for i := range 5 {
		_, _ = c.GetPartnerUser(t.Context(), "bad")
		if _, err := c.GetExternalAdmin(t.Context(), "cus_1", strconv.Itoa(i)); err != nil {
			t.Fatal(err)
		}
	}
	// One, or another where the machine was too busy to notice in time that a request had been written.
	if got := connections.Load(); got > 2 {
		t.Errorf("%d connections for requests one after the other, want 1", got)
	}
}
