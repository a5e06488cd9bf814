package main

import "slices"

// key names what was measured.
type key struct {
	Work      string `json:"work"` // a command of Terraform
	Variant   string `json:"variant"`
	Rows      int    `json:"rows"`
	LatencyMS int    `json:"latency_ms"` // added to each request
	Condition string `json:"condition,omitempty"`
}

const localState = "local state"

// cell is what was measured, in as many rounds as there are seconds.
type cell struct {
	key
	Seconds  []float64 `json:"seconds"`
	Median   float64   `json:"median_seconds"`
	CPU      []float64 `json:"processor_seconds"` // of Terraform and the provider together; noise hurts it less
	Requests int64     `json:"requests"`          // the most in a round
	Writes   int64     `json:"writes"`
	Refused  int64     `json:"refused_429,omitempty"`
	RSS      float64   `json:"provider_rss_mb,omitempty"` // the peak in all rounds
}

type cells []*cell

func (all *cells) add(k key, took spent, on *proxy) {
	c := all.find(k)
	if c == nil {
		c = &cell{key: k}
		*all = append(*all, c)
	}
	c.Seconds = append(c.Seconds, took.seconds)
	c.Median = median(c.Seconds)
	c.CPU = append(c.CPU, took.cpu)
	c.Requests = max(c.Requests, on.requests.Load())
	c.Writes = max(c.Writes, on.writes.Load())
	c.Refused = max(c.Refused, on.refused.Load())
	c.RSS = max(c.RSS, took.rss)
}

// find answers nil if there is none.
func (all *cells) find(k key) *cell {
	for _, c := range *all {
		if c.key == k {
			return c
		}
	}
	return nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
