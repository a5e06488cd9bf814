package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// options are those of the command run.
type options struct {
	provider, noop, plain, peers, terraform, out, only string
	rounds, rows, scale                                int
	budget                                             time.Duration
}

// bench is one run.
type bench struct {
	options options
	dir     string
	env     []string // of every Terraform
	mirror  *mirror
	backend *backend
	started time.Time

	left       map[string]string // why a variant is left out, by name
	worlds     map[worldOptions]*world
	workspaces map[string]*workspace
	states     map[string][]byte // with the first customer's rows at least, by variant with a workspace
	cells      cells
}

// curve are further points of the plot, beside the given numbers of rows.
var curve = []int{100, 300, 3000}

const noInput = "-input=false"

func runAll(ctx context.Context, o options) (err error) {
	if o.rows < perCustomer || o.rows%perCustomer != 0 || o.scale <= o.rows || o.scale%perCustomer != 0 || o.rounds < 1 {
		return fmt.Errorf("rows must be a multiple of %d, and so must scale, which is more; rounds are at least 1", perCustomer)
	}
	if o.terraform, err = exec.LookPath(o.terraform); err != nil {
		return err
	}
	b := &bench{
		options: o, started: time.Now(), left: map[string]string{}, worlds: map[worldOptions]*world{},
		workspaces: map[string]*workspace{}, states: map[string][]byte{},
	}
	if b.dir, err = os.MkdirTemp("", "msp-bench-*"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	if b.backend, err = newBackend(ctx); err != nil {
		return err
	}
	if err := b.prepare(ctx); err != nil {
		return err
	}
	if err := b.measureAll(ctx); err != nil {
		return err
	}
	return b.report(ctx)
}

func (b *bench) close() error {
	var errs []error
	for _, w := range b.worlds {
		errs = append(errs, w.close())
	}
	if b.backend != nil {
		b.backend.close()
	}
	return errors.Join(append(errs, os.RemoveAll(b.dir))...)
}

// prepare offers the binaries to Terraform and finds out what can't be measured.
func (b *bench) prepare(ctx context.Context) (err error) {
	if b.mirror, err = newMirror(b.dir); err != nil {
		return err
	}
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); !strings.HasPrefix(name, "TF_") && !strings.HasPrefix(name, "MSP_") && name != "GOGC" {
			b.env = append(b.env, variable)
		}
	}
	b.env = append(b.env, "TF_CLI_CONFIG_FILE="+b.mirror.config, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
	binaries := map[string]string{"msp": b.options.provider, "noop": b.options.noop, "plain": b.options.plain}
	for _, v := range variants {
		if v.key == "" {
			continue
		}
		binary := binaries[v.key]
		if v.peer {
			binary = b.findPeer(v.key)
		}
		if binary == "" {
			b.leave(v.name, fmt.Sprintf("no terraform-provider-%s in the folder that MSP_BENCH_PEERS names", v.key))
			continue
		}
		if err := b.mirror.add(v, binary); err != nil {
			return err
		}
	}
	w, err := b.workspace(ctx, variantOf(single), 1)
	if err != nil {
		return err
	}
	if ok, err := w.hasType(ctx, mapType); err != nil {
		return err
	} else if !ok {
		b.leave(mapped, "the provider has no "+mapType)
	}
	return nil
}

func (b *bench) findPeer(key string) string {
	if b.options.peers == "" {
		return ""
	}
	found, _ := filepath.Glob(filepath.Join(b.options.peers, "terraform-provider-"+key+"*"))
	if len(found) == 0 {
		return ""
	}
	return found[0]
}

func (b *bench) leave(name, why string) {
	fmt.Printf("%s is left out: %s\n", variantOf(name).label, why)
	for _, v := range variants {
		if v.name == name || v.alias == name {
			b.left[v.name] = why
		}
	}
}

// here are those of the variants that can be measured, begun with another one in every round.
func (b *bench) here(round int, names ...string) []variant {
	var found []variant
	for _, name := range names {
		if _, out := b.left[name]; !out {
			found = append(found, variantOf(name))
		}
	}
	if len(found) == 0 {
		return nil
	}
	turn := round % len(found)
	return slices.Concat(found[turn:], found[:turn])
}

func (b *bench) world(ctx context.Context, o worldOptions) (*world, error) {
	if w, ok := b.worlds[o]; ok {
		return w, nil
	}
	w, err := newWorld(ctx, b.dir, b.options.provider, o)
	if err != nil {
		return nil, err
	}
	b.worlds[o] = w
	return w, nil
}

func (b *bench) workspace(ctx context.Context, v variant, customers int) (*workspace, error) {
	key := fmt.Sprint(v.root().name, customers)
	if w, ok := b.workspaces[key]; ok {
		return w, nil
	}
	w, err := b.newWorkspace(ctx, v.root(), customers, false)
	if err != nil {
		return nil, err
	}
	b.workspaces[key] = w
	return w, nil
}

// applied is a workspace whose state says that everything is there.
func (b *bench) applied(ctx context.Context, v variant, customers int) (*workspace, error) {
	ws, err := b.workspace(ctx, v, customers)
	if err != nil {
		return nil, err
	}
	state, err := scaled(b.states[v.root().name], customers)
	if err != nil {
		return nil, fmt.Errorf("state of %s: %w", v.name, err)
	}
	b.backend.set(ws.state, state)
	return ws, nil
}

// measure runs Terraform on a server and keeps the figures. What fails for a peer leaves it out, anything else is an error.
func (b *bench) measure(ctx context.Context, k key, ws *workspace, on *world, args ...string) error {
	v := variantOf(k.Variant)
	latency := time.Duration(k.LatencyMS) * time.Millisecond
	on.reset(latency)
	env := append([]string{
		"MSP_ENDPOINT=" + on.url, "MSP_CLIENT_ID=" + clientID, "MSP_CLIENT_SECRET=" + clientSecret,
		"TF_VAR_endpoint=" + on.url, "TF_VAR_token=" + on.token,
	}, v.env...)
	took, err := ws.run(ctx, env, append(args, "-no-color")...)
	if err != nil {
		if v.peer && ctx.Err() == nil {
			b.leave(v.root().name, err.Error())
			return nil
		}
		return err
	}
	b.cells.add(k, took, on.proxy)
	fmt.Printf("%7.1fs  %-8s %-20s %6d rows %4d ms %-12s %6.2f s %6d requests %4.0f MB\n", time.Since(b.started).Seconds(),
		k.Work, v.label, k.Rows, k.LatencyMS, k.Condition, took.seconds, on.requests.Load(), took.rss)
	return nil
}

// plan measures a plan in which nothing is to change.
func (b *bench) plan(ctx context.Context, v variant, rows, latencyMS int) error {
	return b.planOn(ctx, v, rows, latencyMS, "")
}

func (b *bench) planOn(ctx context.Context, v variant, rows, latencyMS int, limit string) error {
	customers := rows / perCustomer
	w, err := b.world(ctx, worldOptions{customers: customers, granted: true, rateLimit: limit})
	if err != nil {
		return err
	}
	ws, err := b.applied(ctx, v, customers)
	if err != nil {
		return err
	}
	return b.measure(ctx, key{"plan", v.name, rows, latencyMS, condition(limit)}, ws, w, "plan", "-detailed-exitcode", noInput)
}

func condition(limit string) string {
	if limit == "" {
		return ""
	}
	return "limit " + limit + "/s"
}

// applyAndDestroy measures both, from nothing to nothing, and keeps the state between.
func (b *bench) applyAndDestroy(ctx context.Context, v variant, rows, latencyMS int, limit string) error {
	ws, w, err := b.apply(ctx, v, rows, latencyMS, limit)
	if _, out := b.left[v.name]; out || err != nil {
		return err
	}
	return b.measure(ctx, key{"destroy", v.name, rows, latencyMS, condition(limit)}, ws, w, "destroy", "-auto-approve", noInput)
}

// destroy measures one of all rows, which are there again for each.
func (b *bench) destroy(ctx context.Context, v variant, rows, latencyMS int) error {
	customers := rows / perCustomer
	w, err := b.world(ctx, worldOptions{customers: customers})
	if err != nil {
		return err
	}
	ws, err := b.applied(ctx, v, customers)
	if err != nil {
		return err
	}
	if err := w.fill(ctx, customers); err != nil {
		return err
	}
	return b.measure(ctx, key{"destroy", v.name, rows, latencyMS, ""}, ws, w, "destroy", "-auto-approve", noInput)
}

// applyAndClear measures the apply alone.
func (b *bench) applyAndClear(ctx context.Context, v variant, rows, latencyMS int) error {
	_, w, err := b.apply(ctx, v, rows, latencyMS, "")
	if err != nil {
		return err
	}
	return w.clear(ctx, rows/perCustomer)
}

// apply measures one from nothing, and keeps the state.
func (b *bench) apply(ctx context.Context, v variant, rows, latencyMS int, limit string) (*workspace, *world, error) {
	customers := rows / perCustomer
	w, err := b.world(ctx, worldOptions{customers: customers, rateLimit: limit})
	if err != nil {
		return nil, nil, err
	}
	ws, err := b.workspace(ctx, v, customers)
	if err != nil {
		return nil, w, err
	}
	b.backend.set(ws.state, nil)
	err = b.measure(ctx, key{"apply", v.name, rows, latencyMS, condition(limit)}, ws, w, "apply", "-auto-approve", noInput)
	if err == nil {
		b.states[v.root().name] = b.backend.get(ws.state)
	}
	return ws, w, err
}
