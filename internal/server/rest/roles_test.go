package rest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// Objects of the seed, by what the tests do with them.
const (
	acme      = "/v1/customers/cus_acme2222222222222222"         // referral, with grants, a protected one among them
	globex    = "/v1/customers/cus_globex22222222222222"         // referral, without access roles
	initech   = "/v1/customers/cus_initech2222222222222"         // managed, not protected from deletion
	umbrella  = "/v1/customers/cus_umbrella222222222222"         // managed prospect
	admins    = "/v1/portal-admins/"                             //
	users     = "/v1/partner-users/"                             //
	directory = "/v1/directories/corporate-ad"                   // of the seed, without a secret
	domains   = "/v1/domains/"                                   //
	ana       = umbrella + "/users/ana.silva@umbrella.example"   // master_admin
	tom       = umbrella + "/users/tom@umbrella.example"         // standard_support
	lee       = "lee@northwind-msp.example"                      // implementation lead, external admin of acme
	pat       = "pat@northwind-msp.example"                      // portal admin without grants
	jordan    = "jordan@northwind-msp.example"                   // partner user, no portal admin
	body      = `{"name":"Umbrella","domain":"umbrella.example"` // of umbrella, to be continued

	mara           = acme + "/contacts/mara.lind@acme.example" // decision_maker, the only one there
	noc            = acme + "/contacts/noc@acme.example"       // technical and emergency contact
	signIn         = `{"email":"alex@northwind-msp.example","password":"own-password-of-alex"}`
	decisionMakers = acme + "/access-roles/decision_maker/members" // kim alone
)

// googleDirectory is a directory integration whose key is none that opens anything.
const googleDirectory = `{"type":"google","google":{"admin_email":"it@new.example",
	"service_account_key":"{\"type\":\"service_account\",\"client_email\":\"a@b.example\",\"private_key\":\"k\"}"}}`

// clientOf each portal role.
var clientOf = map[domain.PortalRole]string{
	domain.RoleAdministrator:      servertest.MainClient,
	domain.RoleHelpdesk:           "northwind-helpdesk",
	domain.RoleImplementationLead: "northwind-lead",
	domain.RoleProspects:          "northwind-prospects",
	domain.RoleSales:              "northwind-sales",
}

// cell is a request for whose success the caller must have one scope of anyOf.
type cell struct {
	operation string
	anyOf     []domain.Scope
	path      string
	body      string
	want      int
}

func row(scopes ...domain.Scope) []domain.Scope { return scopes }

// cells walk the role table: at least one for every row and every operation that needs a token.
var cells = []cell{
	{"getCurrentClient", nil, "/v1/me", "", 200},
	{"getPartner", row(domain.ScopeCatalogueRead), "/v1/partner", "", 200},
	{"listPortalRoles", row(domain.ScopeCatalogueRead), "/v1/portal-roles", "", 200},
	{"listPartnerRoles", row(domain.ScopeCatalogueRead), "/v1/roles", "", 200},
	{"listCustomerRoles", row(domain.ScopeCatalogueRead), acme + "/roles", "", 200},
	{"listCustomRoles", row(domain.ScopeCatalogueRead), "/v1/custom-roles", "", 200},
	{"getPartnerRole", row(domain.ScopeCatalogueRead), "/v1/roles/People%20Desk", "", 200},
	{"putPartnerRole", row(domain.ScopePartnerManage), "/v1/roles/People%20Desk", `{"permissions":["users.read"]}`, 200},
	{"deletePartnerRole", row(domain.ScopePartnerManage), "/v1/roles/Front%20Office", "", 204},
	{"getCustomerRole", row(domain.ScopeCatalogueRead), acme + "/roles/Mail%20Tracker", "", 200},
	{"putCustomerRole", row(domain.ScopeExternalAdminsManage), acme + "/roles/New", `{"permissions":["users.read"]}`, 201},
	{"deleteCustomerRole", row(domain.ScopeExternalAdminsManage), acme + "/roles/Mail%20Tracker", "", 204},
	{"getPartnerConfig", row(domain.ScopePartnerManage), "/v1/partner/config", "", 200},
	{"putPartnerConfig", row(domain.ScopePartnerManage), "/v1/partner/config", `{"outbound_ips":["192.0.2.9"]}`, 200},
	{"deletePartnerConfig", row(domain.ScopePartnerManage), "/v1/partner/config", "", 204},
	{"getEmergencyContact", row(domain.ScopePartnerManage), "/v1/partner/emergency-contact", "", 200},
	{"putEmergencyContact", row(domain.ScopePartnerManage), "/v1/partner/emergency-contact", `{"name":"On call","email":"on-call@new.example","mobile":"+49 170 5550101"}`, 200},
	{"deleteEmergencyContact", row(domain.ScopePartnerManage), "/v1/partner/emergency-contact", "", 204},
	{"listTraining", row(domain.ScopeTrainingRead), "/v1/training", "", 200},
	{"listPartnerUsers", row(domain.ScopePartnerUsersManage), "/v1/partner-users", "", 200},
	{"getPartnerUser", row(domain.ScopePartnerUsersManage), users + jordan, "", 200},
	{"putPartnerUser", row(domain.ScopePartnerUsersManage), users + "new@new.example", `{"name":"New"}`, 201},
	{"deletePartnerUser", row(domain.ScopePartnerUsersManage), users + jordan, "", 204},
	{"listDirectories", row(domain.ScopePartnerManage), "/v1/directories", "", 200},
	{"getDirectory", row(domain.ScopePartnerManage), directory, "", 200},
	{"putDirectory", row(domain.ScopePartnerManage), directory, googleDirectory, 200},
	{"deleteDirectory", row(domain.ScopePartnerManage), directory, "", 204},
	{"syncDirectory", row(domain.ScopePartnerManage), directory + ":sync", "", 202},
	{"listPortalAdmins", row(domain.ScopePartnerManage), "/v1/portal-admins", "", 200},
	{"getPortalAdmin", row(domain.ScopePartnerManage), admins + pat, "", 200},
	{"putPortalAdmin", row(domain.ScopePartnerManage), admins + jordan, `{"name":"Jordan","role":"msp_sales"}`, 201},
	{"deletePortalAdmin", row(domain.ScopePartnerManage), admins + pat, "", 204},
	{"invitePortalAdmin", row(domain.ScopePartnerManage), admins + pat + ":invite", "", 204},
	{"batchPortalAdmins", row(domain.ScopePartnerManage), "/v1/portal-admins:batch", `{"items":[{"operation":"delete","email":"` + pat + `"}]}`, 200},
	{"listDomains", row(domain.ScopePartnerManage), "/v1/domains", "", 200},
	{"getDomain", row(domain.ScopePartnerManage), domains + "northwind-msp.example", "", 200},
	{"putDomain", row(domain.ScopePartnerManage), domains + "new.example", `{"verification_method":"TXT"}`, 201},
	{"deleteDomain", row(domain.ScopePartnerManage), domains + "northwind-msp.example", "", 204},
	{"verifyDomain", row(domain.ScopePartnerManage), domains + "northwind-msp.example:verify", "", 200},
	{"renewDomain", row(domain.ScopePartnerManage), domains + "northwind-pending.example:renew", "", 200},
	{"createAccessToken", nil, "/v1/access-tokens", `{}`, 201},
	{"deleteAccessToken", nil, "/v1/access-tokens/tok_none", "", 404},
	{"renewAccessToken", nil, "/v1/access-tokens/tok_none:renew", "", 404},
	{"listCustomers", row(domain.ScopeCustomersManage, domain.ScopeProspectsCreate), "/v1/customers", "", 200},
	{"getCustomer", row(domain.ScopeCustomersManage), initech, "", 200},
	{"getCustomer", row(domain.ScopeCustomersManage, domain.ScopeProspectsCreate), umbrella, "", 200},
	{"createCustomer", row(domain.ScopeProspectsCreate), "/v1/customers", `{"name":"New","domain":"new.example","stage":"prospect"}`, 201},
	{"createCustomer", row(domain.ScopeOrdersPlace), "/v1/customers", `{"name":"New","domain":"new.example","stage":"customer"}`, 201},
	{"createCustomer", row(domain.ScopeOrdersLead), "/v1/customers", `{"name":"New","domain":"new.example","stage":"prospect","implementation_lead":"` + lee + `"}`, 201},
	{"putCustomer", row(domain.ScopeCustomersManage), initech, `{"name":"Initech","domain":"initech.example","seats":20,"product":"Email Continuity","country":"CA"}`, 200},
	{"putCustomer", row(domain.ScopeOrdersUpgrade), initech, `{"name":"Initech","domain":"initech.example","seats":21,"product":"Email Continuity","country":"US"}`, 200},
	{"putCustomer", row(domain.ScopeOrdersUpgrade), initech, `{"name":"Initech","domain":"initech.example","seats":20,"product":"Email Security","country":"US"}`, 200},
	{"putCustomer", row(domain.ScopeCustomersManage, domain.ScopeProspectsCreate), umbrella, body + `,"seats":5}`, 200},
	{"putCustomer", row(domain.ScopeOrdersPlace), umbrella, body + `,"stage":"customer"}`, 200},
	{"putCustomer", row(domain.ScopeOrdersLead), umbrella, body + `,"implementation_lead":"` + lee + `"}`, 200},
	{"deleteCustomer", row(domain.ScopeCustomersManage), initech, "", 204},
	{"listCustomerUsers", row(domain.ScopeCustomerUsersManage), "/v1/customer-users", "", 200},
	{"batchCustomerUsers", row(domain.ScopeCustomerUsersManage), "/v1/customer-users:batch", `{"items":[{"operation":"put","customer_id":"cus_umbrella222222222222","email":"new@new.example","name":"New","role":"audit"}]}`, 200},
	{"listUsersOfCustomer", row(domain.ScopeCustomerUsersManage), umbrella + "/users", "", 200},
	{"getCustomerUser", row(domain.ScopeCustomerUsersManage), ana, "", 200},
	{"putCustomerUser", row(domain.ScopeCustomerUsersManage), umbrella + "/users/new@new.example", `{"name":"New","role":"backup_admin"}`, 201},
	{"putCustomerUser", row(domain.ScopeCustomerUsersManage), tom, `{"name":"Tom","role":"full_support"}`, 200},
	{"putCustomerUser", row(domain.ScopeMasterAdminsManage), umbrella + "/users/new@new.example", `{"name":"New","role":"master_admin"}`, 201},
	{"putCustomerUser", row(domain.ScopeMasterAdminsManage), tom, `{"name":"Tom","role":"master_admin"}`, 200},
	{"putCustomerUser", row(domain.ScopeMasterAdminsManage), ana, `{"name":"Ana","role":"master_admin"}`, 200},
	{"putCustomerUser", row(domain.ScopeMasterAdminsManage), ana, `{"name":"Ana Silva","role":"audit"}`, 200},
	{"deleteCustomerUser", row(domain.ScopeCustomerUsersManage), tom, "", 204},
	{"deleteCustomerUser", row(domain.ScopeMasterAdminsManage), ana, "", 204},
	{"listCustomerSessions", row(domain.ScopeCustomersSignIn), initech + "/sessions", "", 200},
	{"openCustomerSession", row(domain.ScopeCustomersSignIn), initech + "/sessions", signIn, 201},
	{"getCustomerSession", row(domain.ScopeCustomersSignIn), initech + "/sessions/ses_none", "", 404},
	{"closeCustomerSession", row(domain.ScopeCustomersSignIn), initech + "/sessions/ses_none", "", 404},
	{"renewCustomerSession", row(domain.ScopeCustomersSignIn), initech + "/sessions/ses_none:renew", "", 404},
	{"createCustomerToken", []domain.Scope{}, acme + "/api-tokens", `{}`, 201}, // for none of the portal roles
	{"listExternalAdmins", row(domain.ScopeExternalAdminsManage), "/v1/external-admins", "", 200},
	{"batchExternalAdmins", row(domain.ScopeExternalAdminsManage), "/v1/external-admins:batch", `{"items":[{"operation":"put","customer_id":"cus_globex22222222222222","email":"` + pat + `","role":"basic_administrator"}]}`, 200},
	{"listCustomerExternalAdmins", row(domain.ScopeExternalAdminsManage), acme + "/external-admins", "", 200},
	{"getExternalAdmin", row(domain.ScopeExternalAdminsManage), acme + "/external-admins/" + lee, "", 200},
	{"putExternalAdmin", row(domain.ScopeExternalAdminsManage), acme + "/external-admins/" + pat, `{"role":"Mail Tracker"}`, 201},
	{"deleteExternalAdmin", row(domain.ScopeExternalAdminsManage), acme + "/external-admins/" + lee, "", 204},
	{"getEffectiveAccess", row(domain.ScopeExternalAdminsManage), acme + "/effective-access?email=" + lee, "", 200},
	{"listAccessRoles", row(domain.ScopeAccessRolesManage), "/v1/access-roles", "", 200},
	{"listAccessGroups", row(domain.ScopeAccessRolesManage), "/v1/access-groups", "", 200},
	{"listCustomerAccessRoles", row(domain.ScopeAccessRolesManage), acme + "/access-roles", "", 200},
	{"getAccessRole", row(domain.ScopeAccessRolesManage), acme + "/access-roles/decision_maker", "", 200},
	{"putAccessRole", row(domain.ScopeAccessRolesManage), initech + "/access-roles/phone_manager", `{"notify_emails":["it@initech.example"]}`, 201},
	{"deleteAccessRole", row(domain.ScopeAccessRolesManage), acme + "/access-roles/decision_maker", "", 204},
	{"listAccessGroupMembers", row(domain.ScopeAccessGroupMembersManage), "/v1/access-group-members", "", 200},
	{"listAccessRoleMembers", row(domain.ScopeAccessGroupMembersManage), decisionMakers, "", 200},
	{"getAccessGroupMember", row(domain.ScopeAccessGroupMembersManage), decisionMakers + "/kim@northwind-msp.example", "", 200},
	{"putAccessGroupMember", row(domain.ScopeAccessGroupMembersManage), decisionMakers + "/" + jordan, `{}`, 201},
	{"deleteAccessGroupMember", row(domain.ScopeAccessGroupMembersManage), decisionMakers + "/kim@northwind-msp.example", "", 204},
	{"listAuthorizedContacts", row(domain.ScopeAccessRolesManage), "/v1/authorized-contacts", "", 200},
	{"listContactsOfCustomer", row(domain.ScopeAccessRolesManage), acme + "/contacts", "", 200},
	{"getAuthorizedContact", row(domain.ScopeAccessRolesManage), mara, "", 200},
	{"putAuthorizedContact", row(domain.ScopeAccessRolesManage), initech + "/contacts/new@new.example", `{"name":"New","roles":["decision_maker"]}`, 201},
	{"putAuthorizedContact", row(domain.ScopeAccessRolesManage), noc, `{"name":"Network Desk","roles":["phone_manager"]}`, 200},
	{"deleteAuthorizedContact", row(domain.ScopeAccessRolesManage), noc, "", 204},
	{"listInvoices", row(domain.ScopeAccessRolesManage), initech + "/invoices", "", 200},
	{"listAuditEvents", row(domain.ScopeAuditRead), "/v1/audit-events", "", 200},
	{"listOutbox", row(domain.ScopeAuditRead), "/v1/outbox", "", 200},
}

// The role table in the order of domain.PortalRoles (administrator, helpdesk, implementation lead, prospects, sales),
// written down a second time so that no cell of it changes unnoticed.
func TestRoleTableIsTheSpecification(t *testing.T) {
	t.Parallel()
	want := map[domain.Scope]string{
		domain.ScopeCustomersManage:          "YYY-Y",
		domain.ScopeProspectsCreate:          "Y-YYY",
		domain.ScopeOrdersPlace:              "Y---Y",
		domain.ScopeOrdersLead:               "Y-Y--",
		domain.ScopeOrdersUpgrade:            "Y---Y",
		domain.ScopePartnerManage:            "Y----",
		domain.ScopePartnerUsersManage:       "Y----",
		domain.ScopeExternalAdminsManage:     "Y----",
		domain.ScopeCustomerUsersManage:      "YYY--",
		domain.ScopeMasterAdminsManage:       "Y----",
		domain.ScopeAccessRolesManage:        "Y----",
		domain.ScopeAccessGroupMembersManage: "Y----",
		domain.ScopeCustomersSignIn:          "YYY-Y",
		domain.ScopeAuditRead:                "Y----",
		domain.ScopeTrainingRead:             "Y----",
		domain.ScopeCatalogueRead:            "YYYYY",
	}
	if len(want) != len(domain.RoleTable) {
		t.Errorf("there are %d rows, want %d", len(domain.RoleTable), len(want))
	}
	for scope, roles := range domain.RoleTable {
		got := ""
		for _, role := range domain.PortalRoles {
			if slices.Contains(roles, role.Name) {
				got += "Y"
			} else {
				got += "-"
			}
		}
		if got != want[scope] {
			t.Errorf("%s: got %s, want %s", scope, got, want[scope])
		}
	}
}

func TestCellsAreComplete(t *testing.T) {
	t.Parallel()
	operations, rows := map[string]bool{}, map[domain.Scope]bool{}
	for _, c := range cells {
		operations[c.operation] = true
		for _, scope := range c.anyOf {
			rows[scope] = true
		}
	}
	for _, route := range rest.Routes() {
		if !route.Kind.Open() && !operations[route.OperationID] {
			t.Errorf("no cell tries %s", route.OperationID)
		}
	}
	for scope := range domain.RoleTable {
		if !rows[scope] {
			t.Errorf("no cell tries row %s", scope)
		}
	}
}

func (c cell) allows(role domain.PortalRole) bool {
	return c.anyOf == nil || slices.ContainsFunc(c.anyOf, func(scope domain.Scope) bool {
		return slices.Contains(domain.RoleTable[scope], role)
	})
}

// route of an operation.
func route(t *testing.T, operation string) rest.Route {
	t.Helper()
	for _, r := range rest.Routes() {
		if r.OperationID == operation {
			return r
		}
	}
	t.Fatalf("there is no operation %s", operation)
	return rest.Route{}
}

// send a request of the cells; an empty body is none.
func send(t *testing.T, c *servertest.Caller, method, path, body string, headers ...string) servertest.Response {
	t.Helper()
	if body == "" {
		return c.Do(t, method, path, nil, headers...)
	}
	return c.Do(t, method, path, body, headers...)
}

// Every cell of the role table, over HTTP.
func TestRoleTable(t *testing.T) {
	t.Parallel()
	shared := servertest.NewServer(t)
	for i, c := range cells {
		t.Run(fmt.Sprintf("%02d %s", i, c.operation), func(t *testing.T) {
			t.Parallel()
			method := route(t, c.operation).Method
			for _, role := range domain.PortalRoles {
				s := shared
				if method != http.MethodGet && c.allows(role.Name) {
					s = servertest.NewServer(t) // a write must not be in the way of the next one
				}
				r := send(t, s.As(t, clientOf[role.Name]), method, c.path, c.body)
				switch {
				case c.allows(role.Name) && r.Status != c.want:
					t.Errorf("%s is refused: %d %s", role.Name, r.Status, r.Body)
				case !c.allows(role.Name) && (r.Status != http.StatusForbidden || r.Code() != "forbidden"):
					t.Errorf("%s is let in: %d %s", role.Name, r.Status, r.Body)
				}
			}
		})
	}
}

// A prospects-only caller sees prospects, the others all customers.
func TestCustomersThatRolesSee(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	for role, client := range clientOf {
		want := 4
		if role == domain.RoleProspects {
			want = 1
		}
		if got := len(items(t, s.As(t, client).Do(t, http.MethodGet, "/v1/customers", nil))); got != want {
			t.Errorf("%s sees %d customers, want %d", role, got, want)
		}
	}
}

// What rules let in besides the role table: persons for whom a client acts.
func TestActingForSomebody(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	robin, kim := s.As(t, "northwind-robin"), s.As(t, "northwind-kim")
	for _, test := range []struct {
		why    string
		caller *servertest.Caller
		method string
		path   string
		body   string
		want   int
	}{
		{"robin is basic_administrator of the own account", robin, "PUT", users + "new@northwind-msp.example", `{"name":"New"}`, 201},
		{"kim has no role there", kim, "PUT", users + "new@northwind-msp.example", `{"name":"New"}`, 403},
		{"robin's role there says nothing of portal admins", robin, "GET", "/v1/portal-admins", "", 403},
		{"kim is partner_administrator of globex", kim, "GET", globex + "/external-admins", "", 200},
		{"kim may look at one of them", kim, "GET", globex + "/external-admins/kim@northwind-msp.example", "", 200},
		{"kim may add partner administrators there", kim, "PUT", globex + "/external-admins/" + pat, `{"role":"partner_administrator"}`, 201},
		{"but of no other role", kim, "PUT", globex + "/external-admins/" + lee, `{"role":"basic_administrator"}`, 403},
		{"nor change one", kim, "PUT", globex + "/external-admins/" + pat, `{"role":"basic_administrator"}`, 403},
		{"nor remove one", kim, "DELETE", globex + "/external-admins/" + pat, "", 403},
		{"nor elsewhere", kim, "PUT", acme + "/external-admins/" + pat, `{"role":"partner_administrator"}`, 403},
		{"nor look elsewhere", kim, "GET", acme + "/external-admins", "", 403},
		{"nor in a batch", kim, "POST", grantBatch, batchOf(`{"operation":"delete","customer_id":"cus_globex22222222222222","email":"` + pat + `"}`), 403},
		{"robin is no external admin of globex", robin, "GET", globex + "/external-admins", "", 403},
	} {
		if r := send(t, test.caller, test.method, test.path, test.body); r.Status != test.want {
			t.Errorf("%s: got %d, want %d: %s", test.why, r.Status, test.want, r.Body)
		}
	}
	me := s.As(t, "northwind-robin").Do(t, http.MethodGet, "/v1/me", nil).JSON(t)
	if permissions := fmt.Sprint(me["permissions"]); !strings.Contains(permissions, "partner_users.manage") {
		t.Errorf("robin is told %v", me)
	}
}

// A token can be narrowed, and then allows less than the role.
func TestNarrowToken(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	narrow := s.Narrow(t, servertest.MainClient, "catalogue.read audit.read")
	for path, want := range map[string]int{"/v1/roles": 200, "/v1/audit-events": 200, "/v1/customers": 403, "/v1/partner-users": 403} {
		if r := narrow.Do(t, http.MethodGet, path, nil); r.Status != want {
			t.Errorf("%s: got %d, want %d: %s", path, r.Status, want, r.Body)
		}
	}
}
