package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var guideBlock = regexp.MustCompile("(?ms)^```terraform\n(.*?\n)```$")

// guideBlocks are the Terraform blocks of a guide as written, in order.
func guideBlocks(t *testing.T, name string) []string {
	t.Helper()
	guide, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", name))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, block := range guideBlock.FindAllStringSubmatch(string(guide), -1) {
		blocks = append(blocks, block[1])
	}
	if len(blocks) == 0 {
		t.Fatalf("the guide %s has no blocks", name)
	}
	return blocks
}
