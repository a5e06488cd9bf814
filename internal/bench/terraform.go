package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// mirror is the folder from which Terraform takes the providers.
type mirror struct{ dir, config string }

func newMirror(dir string) (*mirror, error) {
	m := &mirror{filepath.Join(dir, "plugins"), filepath.Join(dir, "terraform.rc")}
	text := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", m.dir)
	return m, errors.Join(os.MkdirAll(m.dir, 0o700), os.WriteFile(m.config, []byte(text), 0o600))
}

// add offers a binary as a provider.
func (m *mirror) add(v variant, binary string) error {
	dir := filepath.Join(m.dir, "registry.terraform.io", filepath.FromSlash(strings.ToLower(v.source)), "0.0.1", runtime.GOOS+"_"+runtime.GOARCH)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	binary, err := filepath.Abs(binary)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(binary) // a link would be one to a folder of its own
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "terraform-provider-"+v.key+"_v0.0.1"), content, 0o700) //nolint:gosec // a program
}

// workspace is a root module that was initialized.
type workspace struct {
	dir       string
	state     string // name in the backend; empty for a local file
	terraform string
	env       []string
}

func (b *bench) newWorkspace(ctx context.Context, v variant, customers int, local bool) (*workspace, error) {
	dir, err := os.MkdirTemp(b.dir, v.name+"-*")
	if err != nil {
		return nil, err
	}
	w := &workspace{dir: dir, terraform: b.options.terraform, env: b.env}
	address := ""
	if !local {
		w.state = filepath.Base(dir)
		address = b.backend.url + "/" + w.state
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(v.config(customers, address)), 0o600); err != nil {
		return nil, err
	}
	_, err = w.run(ctx, nil, "init", "-input=false", "-no-color")
	return w, err
}

// spent is what a command took.
type spent struct {
	seconds float64
	cpu     float64 // seconds of all processors, of Terraform and of all that it started
	rss     float64 // MB, the peak of the largest process that Terraform started; 0 where it can't be known
}

// run runs Terraform to its end.
func (w *workspace) run(ctx context.Context, env []string, args ...string) (spent, error) {
	cmd := exec.CommandContext(ctx, w.terraform, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = 30 * time.Second
	cmd.Dir = w.dir
	cmd.Env = append(append([]string{}, w.env...), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	started := time.Now()
	if err := cmd.Start(); err != nil {
		return spent{}, err
	}
	watched, stop := make(chan float64, 1), make(chan struct{})
	go func() { watched <- watchChildren(cmd.Process.Pid, stop) }()
	err := cmd.Wait()
	took := time.Since(started)
	close(stop)
	peak := <-watched
	if err != nil {
		err = fmt.Errorf("terraform %s in %s: %w\n%s", strings.Join(args, " "), filepath.Base(w.dir), err, tail(out.String(), 40))
	}
	return spent{took.Seconds(), (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), peak}, err
}

func tail(text string, lines int) string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// watchChildren answers the peak memory in MB of the process's children, of the largest one. It reads what Linux shows;
// elsewhere it answers 0.
func watchChildren(pid int, stop <-chan struct{}) (peak float64) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
		for _, task := range tasks {
			children, _ := os.ReadFile(task)
			for _, child := range strings.Fields(string(children)) {
				peak = max(peak, peakOf(child))
			}
		}
		select {
		case <-stop:
			return peak
		case <-tick.C:
		}
	}
}

func peakOf(pid string) float64 {
	status, _ := os.ReadFile("/proc/" + pid + "/status")
	_, rest, ok := strings.Cut(string(status), "VmHWM:")
	if !ok {
		return 0
	}
	kilobytes, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	return kilobytes / 1024
}

// hasType tells whether the provider has a resource.
func (w *workspace) hasType(ctx context.Context, typeName string) (bool, error) {
	cmd := exec.CommandContext(ctx, w.terraform, "providers", "schema", "-json")
	cmd.Dir, cmd.Env = w.dir, w.env
	text, err := cmd.Output()
	if err != nil {
		return false, fmt.Errorf("terraform providers schema: %w", err)
	}
	var schemas struct {
		Providers map[string]struct {
			Resources map[string]json.RawMessage `json:"resource_schemas"`
		} `json:"provider_schemas"`
	}
	if err := json.Unmarshal(text, &schemas); err != nil {
		return false, err
	}
	for _, provider := range schemas.Providers {
		if _, ok := provider.Resources[typeName]; ok {
			return true, nil
		}
	}
	return false, nil
}

// scaled makes a state of so many customers from one that has the first: what was there for the first is there for each.
func scaled(state []byte, customers int) ([]byte, error) {
	var whole map[string]json.RawMessage
	if err := json.Unmarshal(state, &whole); err != nil {
		return nil, err
	}
	var resources []json.RawMessage
	if err := json.Unmarshal(whole["resources"], &resources); err != nil {
		return nil, err
	}
	var first []byte
	for _, resource := range resources {
		if bytes.Contains(resource, []byte(`"`+blockName(0)+`"`)) {
			first = resource
		}
	}
	if first == nil {
		return nil, fmt.Errorf("the state has no block %s", blockName(0))
	}
	resources = resources[:0]
	for i := range customers {
		resources = append(resources, bytes.ReplaceAll(first, []byte(blockName(0)), []byte(blockName(i))))
	}
	var err error
	if whole["resources"], err = json.Marshal(resources); err != nil {
		return nil, err
	}
	return json.Marshal(whole)
}
