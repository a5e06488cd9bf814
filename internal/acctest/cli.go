package acctest

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
	"slices"
	"sync"
	"testing"
)

// CLI runs the real Terraform (or OpenTofu) with the real binary of the provider, for what happens between processes.
type CLI struct {
	Dir string // the root module
	t   *testing.T
	env []string
}

// NewCLI makes an empty root module in a folder of its own. It skips the test like every acceptance test without TF_ACC.
func NewCLI(t *testing.T, env ...string) *CLI {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests are skipped unless TF_ACC is set")
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "cli.tfrc")
	overrides := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"terraform-provider-msp/msp\" = %q\n  }\n  direct {}\n}\n", filepath.Dir(Binary(t)))
	if err := os.WriteFile(config, []byte(overrides), 0o600); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(dir, "root")
	if err := os.Mkdir(root, 0o700); err != nil {
		t.Fatal(err)
	}
	base := []string{"TF_CLI_CONFIG_FILE=" + config, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0"}
	return &CLI{Dir: root, t: t, env: append(append(os.Environ(), base...), env...)}
}

// Write puts a file into the root module.
func (c *CLI) Write(name, content string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.Dir, name), []byte(content), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// Command is the CLI's command in the root module, not started.
func (c *CLI) Command(ctx context.Context, args ...string) *exec.Cmd {
	path := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if path == "" {
		path = "terraform"
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = c.Dir
	cmd.Env = c.env
	return cmd
}

// Run answers what the command printed, and its exit code.
func (c *CLI) Run(args ...string) (string, int) {
	c.t.Helper()
	var out bytes.Buffer
	cmd := c.Command(c.t.Context(), args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		c.t.Fatal(err)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// Must is Run for a command that has to succeed.
func (c *CLI) Must(args ...string) string {
	c.t.Helper()
	out, code := c.Run(args...)
	if code != 0 {
		c.t.Fatalf("terraform %v ended with %d:\n%s", args, code, out)
	}
	return out
}

// Before tells whether the CLI is older than a version, whose numbers Terraform and OpenTofu share.
func (c *CLI) Before(major, minor int) bool {
	c.t.Helper()
	var version struct {
		Number string `json:"terraform_version"`
	}
	if err := json.Unmarshal([]byte(c.Must("version", "-json")), &version); err != nil {
		c.t.Fatal(err)
	}
	var has [2]int
	if _, err := fmt.Sscanf(version.Number, "%d.%d", &has[0], &has[1]); err != nil {
		c.t.Fatalf("the version %q: %v", version.Number, err)
	}
	return slices.Compare(has[:], []int{major, minor}) < 0
}

// Main is the TestMain of packages that use Binary: it removes what was built.
func Main(m *testing.M) {
	code := m.Run()
	if dir := built.dir; dir != "" {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// Binary builds the provider once for all tests of a package and answers its path.
func Binary(t *testing.T) string {
	t.Helper()
	built.once.Do(build)
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, binaryName)
}

const binaryName = "terraform-provider-msp"

var built struct {
	once sync.Once
	dir  string
	err  error
}

func build() {
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		built.err = errors.New("the source's folder is unknown")
		return
	}
	if built.dir, built.err = os.MkdirTemp("", binaryName+"-*"); built.err != nil {
		return
	}
	cmd := exec.Command("go", "build", "-o", filepath.Join(built.dir, binaryName), ".")
	cmd.Dir = filepath.Join(filepath.Dir(file), "..", "..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		built.err = fmt.Errorf("go build: %w\n%s", err, out)
	}
}
