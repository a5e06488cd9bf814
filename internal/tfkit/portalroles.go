package tfkit

import "github.com/terraform-provider-msp/terraform-provider-msp/internal/api"

// PortalRoles are what a portal admin can be.
func PortalRoles() []string {
	return []string{
		string(api.PortalRoleNameMspAdministrator),
		string(api.PortalRoleNameMspHelpdesk),
		string(api.PortalRoleNameMspImplementationLead),
		string(api.PortalRoleNameMspProspects),
		string(api.PortalRoleNameMspSales),
	}
}
