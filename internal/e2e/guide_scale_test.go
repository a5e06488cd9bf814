package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
)

// Somebody follows the guide, then has more customers: a plan of all of them still reads lists.
func TestAccGuideAtScale(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", "at-scale.md"))
	if err != nil {
		t.Fatal(err)
	}
	s := acctest.NewServer(t)
	env := []string{"MSP_NO_SNAPSHOTS="}
	for name, value := range s.Env() {
		env = append(env, name+"="+value)
	}
	cli := acctest.NewCLI(t, env...)
	if err := os.Mkdir(filepath.Join(cli.Dir, "customer"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, block := range namedBlock.FindAllStringSubmatch(string(text), -1) {
		cli.Write(block[1], block[2])
	}
	cli.Must("get", "-no-color")
	// 2 people, of the partner and in the portal, and 3 customers, each with a list.
	if out := cli.Must("apply", "-auto-approve", "-no-color"); !strings.Contains(out, "Resources: 10 added, 0 changed, 0 destroyed") {
		t.Errorf("the apply:\n%s", out)
	}

	const customers = 12
	table := "name,domain\n"
	for i := range customers {
		table += fmt.Sprintf("Customer %d,customer-%d.example\n", i, i)
	}
	cli.Write("customers.csv", strings.Replace(table, "Customer 0,customer-0.example", "Bluebird Bakery,bluebird-bakery.example\nCedar Clinic,cedar-clinic.example\nDelta Dental,delta-dental.example", 1))
	cli.Must("apply", "-auto-approve", "-no-color")
	s.ResetRequests()
	if out, code := cli.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
		t.Errorf("the second plan is not empty (%d):\n%s", code, out)
	}
	asked := map[string]int{}
	for _, r := range s.Requests() {
		asked[r.OperationID]++
	}
	if asked["listExternalAdmins"] != 1 || asked["listCustomerExternalAdmins"] != 0 || asked["listCustomers"] != 1 || asked["getCustomer"] > 2 {
		t.Errorf("a plan of %d customers asked for %v", customers+2, asked)
	}
}
