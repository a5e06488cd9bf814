package training_test

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

func moment(at *time.Time) knownvalue.Check {
	if at == nil {
		return knownvalue.Null()
	}
	return knownvalue.StringExact(at.Format(time.RFC3339))
}

func shows(courses []knownvalue.Check) resource.TestStep {
	return resource.TestStep{
		Config: acctest.DataBlock("msp_training", ""),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.msp_training.test", tfjsonpath.New("courses"), knownvalue.ListExact(courses)),
		},
	}
}

func TestAccTraining(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	assigned, err := client.Collect(s.Client(t).ListTraining(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	want := make([]knownvalue.Check, len(assigned))
	done := 0
	for i, course := range assigned {
		if course.CompletedAt != nil {
			done++
		}
		want[i] = knownvalue.ObjectExact(map[string]knownvalue.Check{
			"email": knownvalue.StringExact(course.Email), "course": knownvalue.StringExact(course.Course),
			"progress_percent": knownvalue.Int64Exact(int64(course.ProgressPercent)),
			"assigned_at":      moment(course.AssignedAt), "completed_at": moment(course.CompletedAt),
		})
	}
	if len(want) < 2 || done != 1 {
		t.Fatalf("the server has %d courses, %d of them completed", len(want), done)
	}
	s.Test(t, shows(want))
}

// Whose administrator's role ends, is not shown any more.
func TestAccTraining_onlyAdministrators(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	const ines = "ines@northwind-msp.example"
	in := api.PortalAdminInput{Name: "Ines Fischer", Role: api.PortalRoleNameMspSales}
	if _, err := s.Client(t).PutPortalAdmin(t.Context(), ines, in, client.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	s.Test(t, shows([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{"email": knownvalue.StringExact("alex@northwind-msp.example")})}))
}

func TestAccTraining_refused(t *testing.T) {
	t.Parallel()
	for _, role := range []api.PortalRoleName{
		api.PortalRoleNameMspHelpdesk, api.PortalRoleNameMspImplementationLead, api.PortalRoleNameMspProspects, api.PortalRoleNameMspSales,
	} {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			acctest.NewServer(t, acctest.WithRole(role)).Test(t, resource.TestStep{
				Config: acctest.DataBlock("msp_training", ""), ExpectError: acctest.Says("training.read", "forbidden"),
			})
		})
	}
}
