package partneraccess

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

var remote = api.AccessRole{
	CustomerID:   "cus_1",
	Role:         api.AccessRoleNameDecisionMaker,
	NotifyEmails: []string{"Boss@acme.example", "it@acme.example"},
	GroupName:    "Acme Ltd Decision Maker",
	GrantedAt:    time.Date(2025, 1, 31, 10, 30, 0, 123456789, time.FixedZone("", 3600)),
}

func emails(members ...string) types.Set {
	values := make([]attr.Value, len(members))
	for i, member := range members {
		values[i] = tfkit.EmailType.Value(member)
	}
	return types.SetValueMust(tfkit.EmailType, values)
}

func TestFromAPI(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ prior, want types.Set }{
		"import":           {types.SetNull(tfkit.EmailType), emails("Boss@acme.example", "it@acme.example")},
		"same":             {emails("it@acme.example", "Boss@acme.example"), emails("Boss@acme.example", "it@acme.example")},
		"another spelling": {emails("boss@ACME.example", "it@acme.example"), emails("boss@ACME.example", "it@acme.example")},
		"changed remotely": {emails("BOSS@acme.example", "old@acme.example"), emails("BOSS@acme.example", "it@acme.example")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := model{NotifyEmails: test.prior}
			got.fromAPI(remote)
			if !got.NotifyEmails.Equal(test.want) {
				t.Errorf("notify_emails %v, want %v", got.NotifyEmails, test.want)
			}
			got.NotifyEmails = types.Set{}
			want := model{
				ID:         types.StringValue("cus_1/decision_maker"),
				CustomerID: types.StringValue("cus_1"),
				Role:       types.StringValue("decision_maker"),
				GroupName:  types.StringValue("Acme Ltd Decision Maker"),
				GrantedAt:  types.StringValue("2025-01-31T09:30:00Z"),
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if identity := (identityModel{want.CustomerID, want.Role}); got.identity() != identity {
				t.Errorf("identity %v, want %v", got.identity(), identity)
			}
			if got.importID() != got.ID.ValueString() {
				t.Errorf("import ID %q is not the id %q", got.importID(), got.ID.ValueString())
			}
		})
	}
}

func TestToAPI(t *testing.T) {
	t.Parallel()
	m := model{NotifyEmails: emails("Boss@acme.example")}
	if got, want := m.toAPI(), (api.AccessRoleInput{NotifyEmails: []string{"Boss@acme.example"}}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestDiffering(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		planned types.Set
		want    []string
	}{
		"same":             {emails("Boss@acme.example", "it@acme.example"), nil},
		"another spelling": {emails("IT@acme.example", "boss@acme.example"), nil},
		"one less":         {emails("Boss@acme.example"), []string{"notify_emails"}},
		"another":          {emails("Boss@acme.example", "new@acme.example"), []string{"notify_emails"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := model{NotifyEmails: test.planned}
			if got := m.differing(remote); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestGroupsOf(t *testing.T) {
	t.Parallel()
	failed := errors.New("failed")
	roles := func(yield func(api.AccessRole, error) bool) {
		_ = yield(remote, nil) && yield(api.AccessRole{Role: api.AccessRoleNamePhoneManager, GroupName: "Acme Ltd Phone Manager"}, nil) && yield(api.AccessRole{}, failed)
	}
	for name, test := range map[string]struct {
		wanted api.AccessRoleName
		want   []string
	}{
		"all": {"", []string{"Acme Ltd Decision Maker", "Acme Ltd Phone Manager"}},
		"one": {api.AccessRoleNamePhoneManager, []string{"Acme Ltd Phone Manager"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			var last error
			for group, err := range groupsOf(roles, test.wanted) {
				if last = err; err == nil {
					got = append(got, group.Name)
				}
			}
			if !slices.Equal(got, test.want) || !errors.Is(last, failed) {
				t.Errorf("got %v and %v, want %v and the error", got, last, test.want)
			}
		})
	}
	for group, err := range groupsOf(roles, "") {
		if err != nil || group != (api.AccessGroup{Name: remote.GroupName, CustomerID: remote.CustomerID, Role: remote.Role}) {
			t.Errorf("got %+v", group)
		}
		break
	}
}
