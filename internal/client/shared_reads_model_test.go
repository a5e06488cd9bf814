package client

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// portal is an API in memory that remembers all that it ever was, so that what a read answered can be judged afterwards.
// A portal admin that is removed takes its grants along, as an example of a write that reaches other kinds.
type portal struct {
	mu      sync.Mutex
	history map[string][]version // by path
	steps   int64                // counts what happens, in order
	clock   atomic.Int64         // the time of client and portal, ns

	noWideList bool
	faults     bool
	done       map[string]func(http.ResponseWriter) // answers by idempotency key
	// With late, some writes are lost to whoever sends them: no try is answered, and they are done any time after, or meanwhile.
	late  atomic.Bool
	lost  map[string]bool // by idempotency key
	later []lateWrite
}

type lateWrite struct {
	after int // so many more requests
	do    func()
}

// version of an object: absent, or with a role that no other version has but for one that a write has made that came late.
type version struct {
	role  string
	own   bool // written by the process under test
	step  int64
	since time.Time
}

const modelPage = 5 // small, so that there are many pages

var (
	modelCustomers = []string{"cus_1", "cus_2", "cus_3"}
	modelPeople    = []string{"a@x.example", "b@x.example", "c@x.example", "d@x.example", "e@x.example"}
)

func grantPath(customer, email string) string {
	return "/v1/customers/" + customer + "/external-admins/" + email
}

func adminPath(email string) string { return "/v1/portal-admins/" + email }

func (p *portal) now() time.Time { return time.Unix(0, p.clock.Load()) }

// step is one moment of the order in which things happen. p.mu is held.
func (p *portal) step() int64 {
	p.steps++
	return p.steps
}

func (p *portal) moment() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.step()
}

func (p *portal) current(path string) string {
	versions := p.history[path]
	return versions[len(versions)-1].role
}

// set an object to a role, or with none, remove it. p.mu is held.
func (p *portal) set(path, role string, own bool) {
	if p.history[path] != nil && p.current(path) == "" && role == "" {
		return
	}
	p.history[path] = append(p.history[path], version{role, own, p.step(), p.now()})
	if email, ok := strings.CutPrefix(path, "/v1/portal-admins/"); ok && role == "" {
		for _, customer := range modelCustomers {
			p.set(grantPath(customer, email), "", own)
		}
	}
}

// lastOwn is the index of the version that the process under test wrote last, 0 if none.
func (p *portal) lastOwn(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, v := range slices.Backward(p.history[path]) {
		if v.own {
			return i
		}
	}
	return 0
}

func (p *portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.faults && rand.N(12) == 0 {
		writeProblem(w, api.Problem{Status: 503, Code: api.ErrorCodeUnavailable, Retryable: true})
		return
	}
	dropped := p.faults && rand.N(12) == 0
	time.Sleep(rand.N(300 * time.Microsecond))
	body := readAll(r)
	p.mu.Lock()
	p.catchUp()
	var answer func(http.ResponseWriter)
	if p.loses(r, body) {
		dropped = true
	} else {
		answer = p.answer(r, body)
	}
	p.mu.Unlock()
	time.Sleep(rand.N(300 * time.Microsecond))
	if dropped {
		drop()
	}
	answer(w)
}

// catchUp with writes whose senders have given up, or not yet. p.mu is held.
func (p *portal) catchUp() {
	p.later = slices.DeleteFunc(p.later, func(w lateWrite) bool {
		if w.after > 0 {
			return false
		}
		w.do()
		return true
	})
	for i := range p.later {
		p.later[i].after--
	}
}

// loses says whether a request is one of a write that is lost. p.mu is held.
func (p *portal) loses(r *http.Request, body string) bool {
	key := r.Header.Get(api.HeaderIdempotencyKey)
	if key == "" || !p.faults || !p.late.Load() {
		return false
	}
	if _, known := p.lost[key]; !known {
		p.lost[key] = p.done[key] == nil && rand.N(2) == 0
		if p.lost[key] {
			p.later = append(p.later, lateWrite{rand.N(100), func() { p.answer(r, body) }})
		}
	}
	return p.lost[key]
}

// answer what is to be answered, and do what is to be done once. p.mu is held.
func (p *portal) answer(r *http.Request, body string) func(http.ResponseWriter) {
	key := r.Header.Get(api.HeaderIdempotencyKey)
	if key == "" {
		return p.carryOut(r, body)
	}
	if p.done[key] == nil {
		p.done[key] = p.carryOut(r, body)
	}
	return p.done[key]
}

func (p *portal) carryOut(r *http.Request, body string) func(http.ResponseWriter) {
	path := strings.ToLower(r.URL.Path)
	switch {
	case strings.HasSuffix(path, ":batch"):
		return p.batch(body)
	case path == "/v1/external-admins" && p.noWideList:
		return func(w http.ResponseWriter) {
			writeProblem(w, api.Problem{Status: 403, Code: api.ErrorCodeForbidden})
		}
	case p.history[path] == nil:
		return p.list(r, path)
	case r.Method == http.MethodPut:
		var in struct {
			Role string `json:"role"`
		}
		_ = json.Unmarshal([]byte(body), &in)
		p.set(path, in.Role, true)
	case r.Method == http.MethodDelete:
		p.set(path, "", true)
		return func(w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) }
	}
	item, ok := p.item(path)
	return func(w http.ResponseWriter) {
		if !ok {
			writeProblem(w, api.Problem{Status: 404, Code: api.ErrorCodeNotFound})
			return
		}
		w.Header().Set("ETag", `"r"`)
		writeJSON(w, http.StatusOK, item)
	}
}

func (p *portal) batch(body string) func(http.ResponseWriter) {
	var in api.ExternalAdminBatch
	_ = json.Unmarshal([]byte(body), &in)
	results := make([]api.ExternalAdminBatchItemResult, len(in.Items))
	for i, item := range in.Items {
		p.set(grantPath(item.CustomerID, strings.ToLower(item.Email)), valueOf(item.Role), true)
		results[i] = api.ExternalAdminBatchItemResult{CustomerID: item.CustomerID, Email: item.Email, Status: http.StatusOK}
	}
	return func(w http.ResponseWriter) {
		writeJSON(w, http.StatusOK, api.ExternalAdminBatchResult{Results: results})
	}
}

func (p *portal) item(path string) (map[string]string, bool) {
	parts := strings.Split(path, "/")
	item := map[string]string{"email": parts[len(parts)-1], "role": p.current(path), "name": "N", "status": "active"}
	if len(parts) > 4 {
		item["customer_id"] = parts[3]
	}
	return item, item["role"] != ""
}

// list answers a page: the token is the path of the last item before it.
func (p *portal) list(r *http.Request, path string) func(http.ResponseWriter) {
	prefix := path + "/"
	if path == "/v1/external-admins" {
		prefix = "/v1/customers/"
	}
	var paths []string
	for key := range p.history {
		if strings.HasPrefix(key, prefix) && p.current(key) != "" && key > r.URL.Query().Get("page_token") {
			paths = append(paths, key)
		}
	}
	slices.Sort(paths)
	page := map[string]any{}
	if len(paths) > modelPage {
		paths = paths[:modelPage]
		page["next_page_token"] = paths[modelPage-1]
	}
	items := []map[string]string{}
	for _, key := range paths {
		item, _ := p.item(key)
		items = append(items, item)
	}
	page["items"] = items
	return func(w http.ResponseWriter) { writeJSON(w, http.StatusOK, page) }
}

// reading is a read with what has to be known to judge it.
type reading struct {
	path       string
	from, to   int64 // steps
	began      time.Time
	ownVersion int // that the process's last finished write of the object had made when the read began
	role       string
	unasked    bool // for: then that it is not there says no more than that it was not, some time ago
}

// judge says what is wrong with a reading.
func (p *portal) judge(r reading, foreignWrites bool) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	versions := p.history[r.path]
	verdict := "it was never so"
	for i, v := range versions {
		if v.role != r.role {
			continue
		}
		until, replaced := int64(1<<62), time.Unix(1<<40, 0)
		if i+1 < len(versions) {
			until, replaced = versions[i+1].step, versions[i+1].since
		}
		current := v.step <= r.to && until >= r.from
		switch {
		case v.step > r.to:
		case i < r.ownVersion && !current:
			verdict = "it is older than the process's own write"
		case r.role == "" && !current && !r.unasked:
			verdict = "an object that exists is called gone"
		case !foreignWrites && !current:
			verdict = "it is not true, and nobody else writes"
		case r.began.Sub(replaced) > snapshotLife:
			verdict = "it is older than a snapshot may be"
		default:
			return ""
		}
	}
	return verdict
}

// TestSharedReadsModel lets several workers read, write and wait at random, through two clients of one process, while the
// portal fails at random and others write to it; and holds every read to the history of the portal.
func TestSharedReadsModel(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("MODEL_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	for i, c := range []struct {
		name                        string
		foreign, faults, noWideList bool
	}{
		{"alone", false, false, false},
		{"alone, failures", false, true, false},
		{"with others", true, false, false},
		{"with others, failures", true, true, false},
		{"with others, failures, no list of everything", true, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			t.Logf("MODEL_SEED=%d", seed)
			p := &portal{
				history: map[string][]version{}, faults: c.faults, noWideList: c.noWideList,
				done: map[string]func(http.ResponseWriter){}, lost: map[string]bool{},
			}
			for _, email := range modelPeople {
				p.set(adminPath(email), "first "+email, false)
				for _, customer := range modelCustomers {
					p.set(grantPath(customer, email), "first "+customer+email, false)
				}
			}
			random := rand.New(rand.NewPCG(seed, uint64(i)))
			runModel(t, p, random, c.foreign)
		})
	}
}

func runModel(t *testing.T, p *portal, random *rand.Rand, foreign bool) {
	t.Helper()
	const workers, steps = 8, 400
	first := serve(t, p.ServeHTTP, func(c *Config) { c.Now, c.MaxRetries = p.now, 6 })
	clients := []*Client{first, clientOf(t, first.base.String(), func(c *Config) { c.Now, c.MaxRetries = p.now, 6 })}
	// A write that is lost ends sharing for good, so they come late.
	d := &modelDriver{portal: p, foreign: foreign, clients: clients, lateFrom: workers * steps * 3 / 4}
	for path := range p.history {
		d.objects = append(d.objects, path)
	}
	slices.Sort(d.objects)
	var group sync.WaitGroup
	for range workers {
		mine := rand.New(rand.NewPCG(random.Uint64(), random.Uint64()))
		group.Go(func() {
			for range steps {
				d.act(t, mine)
			}
		})
	}
	group.Wait()
	shared := d.reads.Load() - d.asked.Load()
	sharedLists := d.lists.Load() - d.listed.Load()
	t.Logf("%d reads, %d of them out of lists, %d of what had come already; %d of all of a customer, %d of them out of a list", d.reads.Load(), shared, d.peeked.Load(), d.lists.Load(), sharedLists)
	p.mu.Lock()
	defer p.mu.Unlock()
	lost := 0
	for _, is := range p.lost {
		if is {
			lost++
		}
	}
	t.Logf("%d writes were lost to their senders, %d batches written", lost, d.batches.Load())
	if p.faults && lost == 0 || d.batches.Load() == 0 {
		t.Error("no write was lost, or in a batch: the test shows too little")
	}
	if shared <= d.peeked.Load() || d.peeked.Load() == 0 || sharedLists == 0 && !p.noWideList {
		t.Error("no read was shared: the test shows nothing")
	}
}
