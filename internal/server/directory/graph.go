package directory

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// graphPage is the largest page of users that Microsoft Graph gives out.
const graphPage = "999"

// graphUser is what is asked of a user.
type graphUser struct {
	ID             string   `json:"id"`
	Mail           string   `json:"mail"`
	DisplayName    string   `json:"displayName"`
	BusinessPhones []string `json:"businessPhones"`
	MobilePhone    string   `json:"mobilePhone"`
	ProxyAddresses []string `json:"proxyAddresses"`
	AccountEnabled *bool    `json:"accountEnabled"`
	UserType       string   `json:"userType"`
}

// readGraph signs in with the client's secret and reads all users of the tenant.
// https://learn.microsoft.com/graph/api/user-list
func (r *Reader) readGraph(ctx context.Context, c domain.AzureConfig, at MicrosoftEndpoints, deliver func(domain.DirectoryPerson) error) error {
	token, err := r.graphToken(ctx, c, at)
	if err != nil {
		return err
	}
	next := at.Graph + "/v1.0/users?" + url.Values{
		"$select": {"id,mail,displayName,businessPhones,mobilePhone,proxyAddresses,accountEnabled,userType"},
		"$top":    {graphPage},
	}.Encode()
	for next != "" {
		var page struct {
			Value *[]graphUser `json:"value"`
			Next  string       `json:"@odata.nextLink"`
		}
		if err := r.call(ctx, "list the users", bearer(next, token), graphRefusal, &page); err != nil {
			return err
		}
		if page.Value == nil {
			return failure(domain.DirectoryMalformed, "list the users: the answer has no list of users")
		}
		for _, user := range *page.Value {
			if err := deliverGraph(user, deliver); err != nil {
				return err
			}
		}
		if err := sameAPI(at.Graph, next, page.Next); err != nil {
			return err
		}
		next = page.Next
	}
	return nil
}

func deliverGraph(user graphUser, deliver func(domain.DirectoryPerson) error) error {
	if user.ID == "" {
		return failure(domain.DirectoryMalformed, "list the users: a user has no id")
	}
	// Guests belong to somebody else's organization.
	if strings.EqualFold(user.UserType, "Guest") {
		return nil
	}
	phone := user.MobilePhone
	if len(user.BusinessPhones) > 0 {
		phone = user.BusinessPhones[0]
	}
	return deliver(domain.DirectoryPerson{
		ID: user.ID, Email: user.Mail, Name: user.DisplayName, Phone: phone,
		Aliases: aliases(user.Mail, smtpAddresses(user.ProxyAddresses)), Disabled: user.AccountEnabled != nil && !*user.AccountEnabled,
	})
}

// sameAPI refuses a link that would take the token elsewhere, or nowhere.
func sameAPI(base, current, next string) error {
	if next == "" {
		return nil
	}
	from, err := url.Parse(base)
	to, nextErr := url.Parse(next)
	if err != nil || nextErr != nil || to.Scheme != from.Scheme || !strings.EqualFold(to.Host, from.Host) || to.User != nil {
		return failure(domain.DirectoryMalformed, "list the users: the link to the next page leads away from %s", base)
	}
	if next == current {
		return failure(domain.DirectoryMalformed, "list the users: the link to the next page leads to the same page")
	}
	return nil
}

// bearer makes requests for a URL with an access token.
func bearer(target, token string) func() (*http.Request, error) {
	return func() (*http.Request, error) {
		req, err := http.NewRequest(http.MethodGet, target, http.NoBody) //nolint:noctx // send gives it one
		if err != nil {
			return nil, err
		}
		req.Header.Set("Authorization", "Bearer "+token)
		return req, nil
	}
}

// form makes requests that post one.
func form(target string, values url.Values) func() (*http.Request, error) {
	body := []byte(values.Encode())
	return func() (*http.Request, error) {
		req, err := http.NewRequest(http.MethodPost, target, bytes.NewReader(body)) //nolint:noctx // send gives it one
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return req, nil
	}
}

// accessToken is what a token endpoint answers.
type accessToken struct {
	Token string `json:"access_token"`
}

// tokenError is why it refused (RFC 6749, section 5.2; the codes are Microsoft's own).
type tokenError struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Codes       []int  `json:"error_codes"`
}

// graphToken is the client credentials grant.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
func (r *Reader) graphToken(ctx context.Context, c domain.AzureConfig, at MicrosoftEndpoints) (string, error) {
	var token accessToken
	request := form(at.Login+"/"+url.PathEscape(c.TenantID)+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret.Reveal()}, "scope": {at.Graph + "/.default"},
	})
	if err := r.call(ctx, "sign in", request, microsoftTokenRefusal, &token); err != nil {
		return "", err
	}
	if token.Token == "" {
		return "", failure(domain.DirectoryMalformed, "sign in: the answer has no access token")
	}
	return token.Token, nil
}

// Codes of Microsoft's token endpoint for a tenant that does not exist.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
var noTenant = []int{90002, 900021, 900023}

func microsoftTokenRefusal(a answer) *domain.DirectoryError {
	if temporary(a.status) {
		return nil
	}
	var told tokenError
	_ = json.Unmarshal(a.body, &told) // an answer of another form has none of the texts below
	switch {
	case slices.ContainsFunc(told.Codes, func(code int) bool { return slices.Contains(noTenant, code) }):
		return failure(domain.DirectoryNotFound, "there is no such tenant on this cloud: %s", firstLine(told.Description))
	case told.Error == "invalid_client", told.Error == "unauthorized_client":
		return failure(domain.DirectoryCredentials, "the client ID or its secret is not right, or the secret has expired: %s", firstLine(told.Description))
	}
	return failure(domain.DirectoryRefused, "the answer is %d, %s %s", a.status, told.Error, firstLine(told.Description))
}

func graphRefusal(a answer) *domain.DirectoryError {
	if temporary(a.status) {
		return nil
	}
	var told struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	_ = json.Unmarshal(a.body, &told) // an answer of another form has none of the texts below
	switch a.status {
	case http.StatusUnauthorized:
		return failure(domain.DirectoryCredentials, "%s: %s", told.Error.Code, told.Error.Message)
	case http.StatusForbidden:
		return failure(domain.DirectoryForbidden, "%s: %s Give the app registration the application permission User.Read.All, with an administrator's consent.",
			told.Error.Code, told.Error.Message)
	}
	return failure(domain.DirectoryRefused, "the answer is %d, %s %s", a.status, told.Error.Code, told.Error.Message)
}

// firstLine leaves out the trace and correlation ids that Microsoft adds.
func firstLine(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	text, _, _ = strings.Cut(text, " Trace ID:")
	return strings.TrimSpace(text)
}
