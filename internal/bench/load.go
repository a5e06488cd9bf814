package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"sync/atomic"
	"text/tabwriter"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// loadOptions are those of the command server.
type loadOptions struct {
	provider, postgres string
	duration           time.Duration
}

// loadWorkers are the requests that are under way at any time: as many as three busy Terraforms have.
const loadWorkers = 32

// load is a kind of request.
type load struct {
	name   string
	target func(n int) (method, path, body string)
}

var loads = []load{
	{"read one grant", func(n int) (method, path, body string) {
		return http.MethodGet, grantPath(n), ""
	}},
	{"list 500 grants", func(int) (method, path, body string) {
		return http.MethodGet, "/v1/external-admins?page_size=500", ""
	}},
	{"change a grant", func(n int) (method, path, body string) {
		// Each row gets the one role and then, a thousand writes later, the other, so that each write changes something.
		return http.MethodPut, grantPath(n), fmt.Sprintf(`{"role":%q}`, []string{"partner_administrator", role}[n/loadRows%2])
	}},
}

const (
	loadCustomers = 10
	loadRows      = loadCustomers * perCustomer
)

func grantPath(n int) string {
	return "/v1/customers/" + customerID(n%loadRows/perCustomer) + "/external-admins/" + url.PathEscape(email(n%perCustomer))
}

// loadAll measures both stores; PostgreSQL only if it is named.
func loadAll(ctx context.Context, o loadOptions) (err error) {
	dir, err := os.MkdirTemp("", "msp-load-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fmt.Printf("%d requests at a time for %s each, server and load on the same %d processors\n\n", loadWorkers, o.duration, runtime.NumCPU())
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "STORE\tLOAD\tREQUESTS/S\tP50\tP99\tFAILED")
	if err := loadStore(ctx, out, dir, o, "sqlite", ""); err != nil {
		return err
	}
	if o.postgres != "" {
		if err := loadStore(ctx, out, dir, o, "postgres", o.postgres); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(out, "postgres\tnot measured: MSP_BENCH_POSTGRES names no database")
	}
	return out.Flush()
}

func loadStore(ctx context.Context, out *tabwriter.Writer, dir string, o loadOptions, name, database string) (err error) {
	w, err := newWorld(ctx, dir, o.provider, worldOptions{customers: loadCustomers, granted: true, database: database})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	for _, l := range loads {
		m := l.attack(ctx, w, o.duration)
		fmt.Fprintf(out, "%s\t%s\t%.0f\t%s\t%s\t%.2g %%\n", name, l.name, m.Throughput,
			m.Latencies.P50.Round(10*time.Microsecond), m.Latencies.P99.Round(10*time.Microsecond), 100*(1-m.Success))
		if m.Success < 1 {
			fmt.Fprintf(out, "\t%v\n", m.Errors)
		}
	}
	return nil
}

// attack sends the load as fast as it is answered.
func (l load) attack(ctx context.Context, w *world, duration time.Duration) *vegeta.Metrics {
	header := http.Header{"Authorization": {"Bearer " + w.token}, "Content-Type": {"application/json"}}
	var sent atomic.Int64
	targeter := func(t *vegeta.Target) error {
		method, path, body := l.target(int(sent.Add(1) - 1))
		*t = vegeta.Target{Method: method, URL: w.address + path, Header: header}
		if body != "" {
			t.Body = []byte(body)
		}
		return nil
	}
	attacker := vegeta.NewAttacker(vegeta.Workers(loadWorkers), vegeta.MaxWorkers(loadWorkers), vegeta.Connections(loadWorkers), vegeta.KeepAlive(true))
	stop := context.AfterFunc(ctx, func() { attacker.Stop() })
	defer stop()
	m := &vegeta.Metrics{}
	for result := range attacker.Attack(targeter, vegeta.Rate{}, duration, l.name) {
		m.Add(result)
	}
	m.Close()
	return m
}
