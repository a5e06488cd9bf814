package seal_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/seal"
)

const plain = "hunter2-canary"

// keyLine is a key as it stands in a file.
func keyLine(of byte) string {
	return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{of}, 32))
}

// write makes a key file.
func write(t *testing.T, mode os.FileMode, lines ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
	return file
}

func load(t *testing.T, lines ...string) seal.Keys {
	t.Helper()
	keys, err := seal.Load(write(t, 0o600, lines...))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func sealed(t *testing.T, sealer domain.Sealer, context string) []byte {
	t.Helper()
	text, err := sealer.Seal([]byte(plain), context)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte(plain)) {
		t.Fatal("it is readable")
	}
	return text
}

func wantOpens(t *testing.T, sealer domain.Sealer, text []byte, context string) {
	t.Helper()
	if got, err := sealer.Open(text, context); err != nil || string(got) != plain {
		t.Errorf("opened %q, %v", got, err)
	}
}

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	keys := load(t, "# made today", "", keyLine(1))
	text := sealed(t, keys, "northwind/corp")
	wantOpens(t, keys, text, "northwind/corp")
	if bytes.Equal(text, sealed(t, keys, "northwind/corp")) {
		t.Error("the same secret looks the same twice")
	}
	if _, err := keys.Open(text, "northwind/other"); err == nil {
		t.Error("a secret that was moved to another row is opened")
	}
	for i := range text {
		damaged := bytes.Clone(text)
		damaged[i] ^= 1
		if got, err := keys.Open(damaged, "northwind/corp"); err == nil {
			t.Errorf("opened %q although byte %d is another", got, i)
		}
		if _, err := keys.Open(text[:i], "northwind/corp"); err == nil {
			t.Errorf("opened the first %d bytes alone", i)
		}
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	before, both, after := load(t, keyLine(1)), load(t, keyLine(2), keyLine(1)), load(t, keyLine(2))
	old := sealed(t, before, "a")
	wantOpens(t, both, old, "a")
	wantOpens(t, after, sealed(t, both, "a"), "a")
	if _, err := after.Open(old, "a"); err == nil || !strings.Contains(err.Error(), "not in the key file") {
		t.Errorf("opened without its key: %v", err)
	}
}

func TestNoKey(t *testing.T) {
	t.Parallel()
	var none seal.Keys
	if _, err := none.Seal([]byte(plain), "a"); !errors.Is(err, domain.ErrNoSecretKey) {
		t.Errorf("sealed without a key: %v", err)
	}
	if _, err := none.Open(sealed(t, load(t, keyLine(1)), "a"), "a"); !errors.Is(err, domain.ErrNoSecretKey) {
		t.Errorf("opened without a key: %v", err)
	}
}

func TestUnusableKeyFile(t *testing.T) {
	t.Parallel()
	short := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, 16))
	for name, c := range map[string]struct{ file, says string }{
		"missing":       {filepath.Join(t.TempDir(), "missing"), "missing"},
		"a folder":      {t.TempDir(), "folder"},
		"empty":         {write(t, 0o600, "# nothing", ""), "holds no key"},
		"short":         {write(t, 0o600, keyLine(1), short), ":2: want 32 bytes"},
		"not base64":    {write(t, 0o600, plain), ":1: want 32 bytes"},
		"twice":         {write(t, 0o600, keyLine(1), keyLine(1)), "twice"},
		"of everyone's": {write(t, 0o644, keyLine(1)), "chmod 600"},
		"of the group":  {write(t, 0o640, keyLine(1)), "chmod 600"},
	} {
		if runtime.GOOS == "windows" && strings.HasPrefix(name, "of ") {
			continue
		}
		_, err := seal.Load(c.file)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.says)
			continue
		}
		if strings.Contains(err.Error(), plain) || strings.Contains(err.Error(), short) || strings.Contains(err.Error(), keyLine(1)) {
			t.Errorf("%s: the error shows what is in the file: %v", name, err)
		}
	}
}

// TestFileIsMadeOnFirstNeed: also if several processes, each with a File of its own, come at the same moment.
func TestFileIsMadeOnFirstNeed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sandbox.db.key")
	if _, err := seal.NewFile(path).Open([]byte("anything"), "a"); err == nil {
		t.Error("opened without a key")
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("opening made the file: %v", err)
	}
	texts := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range texts {
		wg.Go(func() { texts[i], _ = seal.NewFile(path).Seal([]byte(plain), "a") })
	}
	wg.Wait()
	for _, text := range texts {
		wantOpens(t, seal.NewFile(path), text, "a")
	}
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}

	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.NewFile(path).Seal([]byte(plain), "a"); runtime.GOOS != "windows" && err == nil {
		t.Error("sealed with a key that everybody can read")
	}
	if _, err := seal.NewFile(filepath.Join(path, "no", "folder")).Seal([]byte(plain), "a"); err == nil {
		t.Error("sealed with a key that can't be kept")
	}
}
