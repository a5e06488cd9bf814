package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
)

// The provider writes nothing unless somebody asked for logs, and then everything: what the SDK and the framework do, and
// what the provider says itself.
func TestAccLogs(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the provider is started by a shell script, which keeps what it writes")
	}
	unset := []string{"TF_LOG=", "TF_LOG_CORE=", "TF_LOG_PROVIDER=", "TF_LOG_PATH=", "TF_ACC_LOG_PATH="}
	everything := []string{
		"sdk.proto: Received request", "sdk.proto: Served request",
		"sdk.framework: Calling provider defined Resource Read", "msp: API request",
	}
	for name, c := range map[string]struct {
		env  []string
		want []string
	}{
		"not asked for": {unset, nil},
		"asked for":     {append(unset, "TF_LOG=INFO"), everything},
		"of providers":  {append(unset, "TF_LOG_PROVIDER=ERROR"), everything},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.NewServer(t)
			dir := t.TempDir()
			written := filepath.Join(dir, "stderr")
			script := fmt.Sprintf("#!/bin/sh\nexec %q \"$@\" 2>>%q\n", acctest.Binary(t), written)
			config := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"terraform-provider-msp/msp\" = %q\n  }\n  direct {}\n}\n", dir)
			write(t, filepath.Join(dir, "terraform-provider-msp"), script)
			write(t, filepath.Join(dir, "cli.tfrc"), config)

			cli := acctest.NewCLI(t, append(c.env, "TF_CLI_CONFIG_FILE="+filepath.Join(dir, "cli.tfrc"),
				"MSP_ENDPOINT="+s.URL, "MSP_CLIENT_ID="+s.ClientID, "MSP_CLIENT_SECRET="+s.ClientSecret)...)
			cli.Write("main.tf", requirements+"provider \"msp\" {}\n"+acctest.Block("msp_partner_user", `email = "dana.novak@northwind-msp.example"; name = "Dana Novak"`))
			cli.Must("apply", "-auto-approve")
			cli.Must("plan")

			text, err := os.ReadFile(written)
			if err != nil {
				t.Fatal(err)
			}
			lines := logLines(t, string(text))
			if c.want == nil && len(lines) > 0 {
				t.Errorf("%d lines were written, such as\n%s", len(lines), lines[0])
			}
			for _, want := range c.want {
				if !strings.Contains(strings.Join(lines, "\n"), want) {
					t.Errorf("no line begins with %q in\n%s", want, strings.Join(lines, "\n"))
				}
			}
		})
	}
}

// logLines are "module: message" of what the provider logged. Its words before the loggers begin are not judged.
func logLines(t *testing.T, text string) []string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(text) {
		var entry struct {
			Module  string `json:"@module"`
			Message string `json:"@message"`
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("not a line of a log: %s", line)
		}
		if entry.Module != "" {
			lines = append(lines, entry.Module+": "+entry.Message)
		}
	}
	return lines
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o700); err != nil { // scripts among them
		t.Fatal(err)
	}
}
