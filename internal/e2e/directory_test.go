package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/ldaptest"
)

const (
	ldapBase   = "OU=Staff,DC=northwind-msp,DC=example"
	ldapReader = "CN=portal,DC=northwind-msp,DC=example"
	ldapCanary = "canary-9f3c-of-the-directory"
)

// A true LDAP server, the true reference server in a process of its own, and the true Terraform: people come out of the
// directory and go with it. The directory's password stands in no state, plan, log or database.
func TestAccDirectory(t *testing.T) {
	t.Parallel()
	domain := "northwind-msp.example"
	everybody := append([]ldaptest.Entry{ldaptest.Group(ldapBase)}, ldaptest.ActiveDirectoryUsers(ldapBase, domain, 30)...)
	directory, err := ldaptest.Start(ldaptest.Content{BaseDN: "DC=northwind-msp,DC=example", BindDN: ldapReader, Password: ldapCanary, Entries: everybody})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = directory.Close() })

	cli := acctest.NewCLI(t, "TF_LOG=TRACE", "TF_LOG_PATH=trace.log", "TF_VAR_password="+ldapCanary)
	if cli.Before(1, 11) {
		t.Skip("write-only arguments want Terraform or OpenTofu 1.11")
	}
	folder := t.TempDir() // of the server
	file := func(name string, content []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	url := serve(t, filepath.Join(folder, "server.log"),
		"--database=sqlite:"+filepath.Join(folder, "portal.db"), "--seed=../server/testdata/seed.json", "--log-level=debug",
		"--directory-ca-file="+file("ca.pem", directory.CA),
		"--secret-key-file="+file("key", []byte(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))))
	const clientID, clientSecret = "northwind-automation", "secret-of-northwind-automation"
	c, err := client.New(t.Context(), client.Config{Endpoint: url, ClientID: clientID, ClientSecret: clientSecret, ProviderVersion: "test"})
	if err != nil {
		t.Fatal(err)
	}

	cli.Write("main.tf", requirements+`
variable "password" {
  type      = string
  ephemeral = true
}

provider "msp" {
  endpoint      = "`+url+`"
  client_id     = "`+clientID+`"
  client_secret = "`+clientSecret+`"
}

resource "msp_directory_integration" "staff" {
  name = "staff"
  type = "active_directory"
  ldap = {
    host        = "`+directory.Host+`"
    port        = `+strconv.Itoa(directory.Port)+`
    bind_dn     = "`+ldapReader+`"
    base_dn     = "`+ldapBase+`"
    password_wo = var.password
  }
}
`)
	cli.Must("plan", "-no-color", "-out=plan.bin")
	shown := cli.Must("show", "-json", "plan.bin")
	applied := cli.Must("apply", "-auto-approve", "-no-color")
	if got := synchronized(t, c); got.Status != api.DirectoryStatusOk || got.UserCount != 30 || got.LastSync.Created != 30 {
		t.Fatalf("got %s %+v", got.Status, got.LastSync)
	}
	if out, code := cli.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
		t.Errorf("the plan after the synchronization is not empty (%d):\n%s", code, out)
	}

	directory.Set(everybody[:28]...) // three are gone
	if _, err := c.SyncDirectory(t.Context(), "staff"); err != nil {
		t.Fatal(err)
	}
	if got := synchronized(t, c); got.Status != api.DirectoryStatusOk || got.UserCount != 27 || got.LastSync.Disabled != 3 {
		t.Errorf("got %s %+v", got.Status, got.LastSync)
	}
	user, err := c.GetPartnerUser(t.Context(), "user0030@"+domain)
	if err != nil || user.Value.Enabled {
		t.Errorf("who is gone is %+v, %v", user, err)
	}
	directory.Set(everybody[:2]...) // nearly everybody: the safety stop
	if _, err := c.SyncDirectory(t.Context(), "staff"); err != nil {
		t.Fatal(err)
	}
	if got := synchronized(t, c); got.Status != api.DirectoryStatusStopped || got.UserCount != 27 {
		t.Errorf("got %s %+v", got.Status, got.LastSync)
	}
	if out, code := cli.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 || !strings.Contains(out, "The directory is not synchronized") {
		t.Errorf("the plan does not tell of it (%d):\n%s", code, out)
	}

	texts := map[string][]byte{"the plan as JSON": []byte(shown), "the output of apply": []byte(applied)}
	for _, dir := range []string{cli.Dir, folder} {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Type().IsRegular() {
				texts[entry.Name()], err = os.ReadFile(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for file, proof := range map[string]string{
		"trace.log": "/v1/directories/staff", "server.log": "putDirectory", "terraform.tfstate": "msp_directory_integration", "portal.db": "SQLite format", "plan.bin": "",
	} {
		if !bytes.Contains(texts[file], []byte(proof)) || len(texts[file]) == 0 {
			t.Errorf("%s is not complete, so it proves nothing", file)
		}
	}
	for where, text := range texts {
		if bytes.Contains(text, []byte(ldapCanary)) {
			t.Errorf("the password stands in %s", where)
		}
	}
}

// The sandbox reads directories too, when it is asked for something. It makes its own key, and keeps the password encrypted
// beside it.
func TestAccDirectoryInSandbox(t *testing.T) {
	t.Parallel()
	entries := append([]ldaptest.Entry{ldaptest.Group(ldapBase)}, ldaptest.ActiveDirectoryUsers(ldapBase, "msp.example", 3)...)
	directory, err := ldaptest.Start(ldaptest.Content{BaseDN: "DC=northwind-msp,DC=example", BindDN: ldapReader, Password: ldapCanary, Entries: entries})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = directory.Close() })
	cli := acctest.NewCLI(t, "TF_VAR_password="+ldapCanary)
	if cli.Before(1, 11) {
		t.Skip("write-only arguments want Terraform or OpenTofu 1.11")
	}
	cli.Write("main.tf", requirements+`
variable "password" {
  type      = string
  ephemeral = true
}

provider "msp" {
  sandbox = {}
}

resource "msp_directory_integration" "staff" {
  name = "staff"
  type = "active_directory"
  ldap = {
    host        = "`+directory.Host+`"
    port        = `+strconv.Itoa(directory.Port)+`
    encryption  = "relaxed"
    bind_dn     = "`+ldapReader+`"
    base_dn     = "`+ldapBase+`"
    password_wo = var.password
  }
}

output "users" {
  value = msp_directory_integration.staff.user_count
}
`)
	cli.Must("apply", "-auto-approve", "-no-color")
	cli.Must("apply", "-auto-approve", "-no-color") // reads what has come of it
	if got := strings.TrimSpace(cli.Must("output", "-raw", "users")); got != "3" {
		t.Errorf("the directory has %s users", got)
	}
	err = filepath.WalkDir(cli.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(ldapCanary)) {
			t.Errorf("the password stands in %s", path)
		}
		if info, _ := entry.Info(); strings.HasSuffix(path, ".key") && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// synchronized waits for the end of what is due or under way.
func synchronized(t *testing.T, c *client.Client) api.Directory {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		d, err := c.GetDirectory(t.Context(), "staff")
		if err != nil {
			t.Fatal(err)
		}
		if d.Value.Status != api.DirectoryStatusQueued && d.Value.Status != api.DirectoryStatusSyncing {
			return d.Value
		}
		if time.Now().After(deadline) {
			t.Fatalf("still %s", d.Value.Status)
		}
	}
}

// serve runs the reference server in a process of its own until the test ends, and answers its URL.
func serve(t *testing.T, log string, args ...string) string {
	t.Helper()
	written, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), acctest.Binary(t), append([]string{"reference-server", "--listen=127.0.0.1:0"}, args...)...)
	cmd.Stderr = written
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		_ = written.Close()
	})
	lines := bufio.NewReader(out)
	line, _ := lines.ReadString('\n')
	_, url, ok := strings.Cut(strings.TrimSpace(line), "listening on ")
	if !ok {
		text, _ := os.ReadFile(log)
		t.Fatalf("the server did not start: %s%s", line, text)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	return url
}
