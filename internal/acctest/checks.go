package acctest

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// Says matches an error in which the texts stand in this order, however Terraform wraps its lines.
func Says(texts ...string) *regexp.Regexp {
	parts := make([]string, len(texts))
	for i, text := range texts {
		words := strings.Fields(text)
		for j, word := range words {
			words[j] = regexp.QuoteMeta(word)
		}
		parts[i] = strings.Join(words, `[\s│]+`)
	}
	return regexp.MustCompile("(?s)" + strings.Join(parts, ".*"))
}

// Block is a resource block named "test" of which the arguments are written on one line, separated by semicolons.
func Block(typeName, arguments string) string { return block("resource", typeName, arguments) }

// DataBlock is Block for a data source.
func DataBlock(typeName, arguments string) string { return block("data", typeName, arguments) }

func block(kind, typeName, arguments string) string {
	return fmt.Sprintf("\n%s %q \"test\" {\n%s\n}\n", kind, typeName, strings.ReplaceAll(arguments, ";", "\n"))
}

// NewCustomerAndAdmin is a configuration of a customer and a portal admin that the seed does not have.
const NewCustomerAndAdmin = `
resource "msp_customer" "new" {
  name                = "Contoso Retail"
  domain              = "contoso-retail.example"
  deletion_protection = false
}

resource "msp_partner_user" "nia" {
  email = "Nia.Okafor@northwind-msp.example"
  name  = "Nia Okafor"
}

resource "msp_portal_admin" "nia" {
  email = msp_partner_user.nia.email
  name  = msp_partner_user.nia.name
  role  = "msp_helpdesk"
}
`

// Expect asks the server and compares what it answers.
func (s *Server) Expect(t *testing.T, ask func(*client.Client) (any, error), want any) error {
	t.Helper()
	got, err := ask(s.Client(t))
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("the server has %+v, want %+v", got, want)
	}
	return nil
}
