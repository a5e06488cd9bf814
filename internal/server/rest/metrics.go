package rest

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"
)

// metrics are kept and written by hand. Two families do not pay for the Prometheus library: about 1 ms of package
// initialisation in every start of the provider, which links this package, and some megabytes of binary.
type metrics struct {
	mu       sync.Mutex
	requests map[requestKey]int
	took     map[string]*histogram // by operation
}

type requestKey struct {
	operation string
	status    int
}

// buckets are the upper bounds of the latency histogram, in seconds.
var buckets = [...]float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

type histogram struct {
	counts [len(buckets) + 1]int // one for each bucket alone, the last for what is slower
	sum    float64
}

func newMetrics() *metrics {
	return &metrics{requests: map[requestKey]int{}, took: map[string]*histogram{}}
}

// observe counts a request. What has no operation counts together, so that strangers can't make up labels.
func (m *metrics) observe(operation string, status int, took time.Duration) {
	operation = cmp.Or(operation, "none")
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests[requestKey{operation, status}]++
	h, ok := m.took[operation]
	if !ok {
		h = &histogram{}
		m.took[operation] = h
	}
	i, _ := slices.BinarySearch(buckets[:], took.Seconds())
	h.counts[i]++
	h.sum += took.Seconds()
}

// text is the exposition in Prometheus' text format, version 0.0.4.
func (m *metrics) text() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out bytes.Buffer
	out.WriteString("# HELP msp_http_requests_total Requests answered, by operation and status.\n# TYPE msp_http_requests_total counter\n")
	for _, key := range slices.SortedFunc(maps.Keys(m.requests), func(a, b requestKey) int {
		return cmp.Or(cmp.Compare(a.operation, b.operation), cmp.Compare(a.status, b.status))
	}) {
		fmt.Fprintf(&out, "msp_http_requests_total{operation=%q,status=\"%d\"} %d\n", key.operation, key.status, m.requests[key])
	}
	const name = "msp_http_request_duration_seconds"
	out.WriteString("# HELP " + name + " Time until a request was answered, by operation.\n# TYPE " + name + " histogram\n")
	for _, operation := range slices.Sorted(maps.Keys(m.took)) {
		h, total := m.took[operation], 0
		for i, count := range h.counts {
			total += count
			bound := "+Inf"
			if i < len(buckets) {
				bound = strconv.FormatFloat(buckets[i], 'g', -1, 64)
			}
			fmt.Fprintf(&out, "%s_bucket{operation=%q,le=%q} %d\n", name, operation, bound, total)
		}
		fmt.Fprintf(&out, "%s_sum{operation=%q} %g\n%s_count{operation=%q} %d\n", name, operation, h.sum, name, operation, total)
	}
	return out.Bytes()
}
