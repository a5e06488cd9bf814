package directory

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

const (
	// googleScope is all that is asked for: to read users.
	googleScope = "https://www.googleapis.com/auth/admin.directory.user.readonly"
	// googlePage is the largest page of users that the Directory API gives out.
	googlePage = "500"
	// googleFields are the fields that are used.
	googleFields = "nextPageToken,users(id,primaryEmail,name/fullName,aliases,phones,suspended,archived)"
	jwtBearer    = "urn:ietf:params:oauth:grant-type:jwt-bearer"
)

type googleUser struct {
	ID           string `json:"id"`
	PrimaryEmail string `json:"primaryEmail"`
	Name         struct {
		FullName string `json:"fullName"`
	} `json:"name"`
	Aliases []string `json:"aliases"`
	Phones  []struct {
		Value   string `json:"value"`
		Primary bool   `json:"primary"`
	} `json:"phones"`
	Suspended bool `json:"suspended"`
	Archived  bool `json:"archived"`
}

// readGoogle signs in as the service account on behalf of the administrator and reads all users of the account.
// https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/list
func (r *Reader) readGoogle(ctx context.Context, c domain.GoogleConfig, deliver func(domain.DirectoryPerson) error) error {
	at := r.endpoints.Google
	token, err := r.googleToken(ctx, c, at)
	if err != nil {
		return err
	}
	query := url.Values{"customer": {"my_customer"}, "maxResults": {googlePage}, "orderBy": {"email"}, "fields": {googleFields}}
	for {
		var page struct {
			Users []googleUser `json:"users"` // absent if there are none
			Next  string       `json:"nextPageToken"`
		}
		if err := r.call(ctx, "list the users", bearer(at.Directory+"/admin/directory/v1/users?"+query.Encode(), token), googleRefusal, &page); err != nil {
			return err
		}
		for _, user := range page.Users {
			if user.ID == "" {
				return failure(domain.DirectoryMalformed, "list the users: a user has no id")
			}
			if err := deliver(user.person()); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		if page.Next == query.Get("pageToken") {
			return failure(domain.DirectoryMalformed, "list the users: the next page is the same page")
		}
		query.Set("pageToken", page.Next)
	}
}

func (u googleUser) person() domain.DirectoryPerson {
	p := domain.DirectoryPerson{
		ID: u.ID, Email: u.PrimaryEmail, Name: u.Name.FullName,
		Aliases: aliases(u.PrimaryEmail, u.Aliases), Disabled: u.Suspended || u.Archived,
	}
	for _, phone := range u.Phones {
		if p.Phone == "" || phone.Primary {
			p.Phone = phone.Value
		}
	}
	return p
}

// googleToken is the grant of RFC 7523: the service account signs that it acts for the administrator. Where the token
// comes from is the server's to say, not the key file's token_uri, which whoever writes the key could point anywhere.
// https://developers.google.com/identity/protocols/oauth2/service-account
func (r *Reader) googleToken(ctx context.Context, c domain.GoogleConfig, at GoogleEndpoints) (string, error) {
	key, err := parseServiceAccount(c.ServiceAccountKey)
	if err != nil {
		return "", err
	}
	assertion, err := key.sign(c.AdminEmail, at.Token, time.Now())
	if err != nil {
		return "", err
	}
	var token accessToken
	request := form(at.Token, url.Values{"grant_type": {jwtBearer}, "assertion": {assertion}})
	if err := r.call(ctx, "sign in", request, googleTokenRefusal, &token); err != nil {
		return "", err
	}
	if token.Token == "" {
		return "", failure(domain.DirectoryMalformed, "sign in: the answer has no access token")
	}
	return token.Token, nil
}

// serviceAccount is the part of a key file that is used.
type serviceAccount struct {
	email, keyID string
	key          *rsa.PrivateKey
}

// parseServiceAccount never says what is in the file.
func parseServiceAccount(secret domain.Secret) (serviceAccount, error) {
	unusable := func(why string) (serviceAccount, error) {
		return serviceAccount{}, failure(domain.DirectoryMalformed, "the service account key %s; it has to be the JSON file that Google Cloud makes for a new key of a service account", why)
	}
	var file struct {
		Type       string `json:"type"`
		Email      string `json:"client_email"`
		KeyID      string `json:"private_key_id"`
		PrivateKey string `json:"private_key"`
	}
	if err := json.Unmarshal([]byte(secret.Reveal()), &file); err != nil {
		return unusable("is not JSON")
	}
	if file.Type != "service_account" || file.Email == "" {
		return unusable("is not of a service account")
	}
	block, _ := pem.Decode([]byte(file.PrivateKey))
	if block == nil {
		return unusable("has no private_key in PEM form")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return unusable("has a private_key that can't be read")
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return unusable("has a private_key that is not one of RSA")
	}
	return serviceAccount{file.Email, file.KeyID, key}, nil
}

// sign makes the assertion, good for ten minutes.
func (a serviceAccount) sign(subject, audience string, now time.Time) (string, error) {
	header, err := json.Marshal(map[string]string{"alg": "RS256", "typ": "JWT", "kid": a.keyID})
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(map[string]any{
		"iss": a.email, "sub": subject, "scope": googleScope, "aud": audience, "iat": now.Unix(), "exp": now.Add(10 * time.Minute).Unix(),
	})
	if err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(claims)
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, a.key, crypto.SHA256, digest[:])
	if err != nil {
		return "", failure(domain.DirectoryMalformed, "the service account key can't sign: %v", err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func googleTokenRefusal(a answer) *domain.DirectoryError {
	if temporary(a.status) {
		return nil
	}
	var told tokenError
	_ = json.Unmarshal(a.body, &told) // an answer of another form has none of the texts below
	switch told.Error {
	case "invalid_grant", "invalid_client":
		return failure(domain.DirectoryCredentials, "the service account's key was deleted, or there is no administrator with this address: %s", told.Description)
	case "unauthorized_client", "access_denied":
		return failure(domain.DirectoryForbidden, "give the service account domain-wide delegation for the scope %s: %s", googleScope, told.Description)
	}
	return failure(domain.DirectoryRefused, "the answer is %d, %s %s", a.status, told.Error, told.Description)
}

// googleBusy are the reasons of a 403 that means the same as 429.
// https://developers.google.com/workspace/admin/directory/v1/limits
var googleBusy = []string{"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"}

func googleRefusal(a answer) *domain.DirectoryError {
	if temporary(a.status) {
		return nil
	}
	var told struct {
		Error struct {
			Message string `json:"message"`
			Errors  []struct {
				Reason string `json:"reason"`
			} `json:"errors"`
		} `json:"error"`
	}
	_ = json.Unmarshal(a.body, &told) // an answer of another form has none of the texts below
	switch a.status {
	case http.StatusUnauthorized:
		return failure(domain.DirectoryCredentials, "%s", told.Error.Message)
	case http.StatusForbidden:
		for _, detail := range told.Error.Errors {
			if slices.Contains(googleBusy, detail.Reason) {
				return nil
			}
		}
		return failure(domain.DirectoryForbidden, "%s; the administrator has to be allowed to read users", told.Error.Message)
	case http.StatusNotFound:
		return failure(domain.DirectoryNotFound, "%s", told.Error.Message)
	}
	return failure(domain.DirectoryRefused, "the answer is %d, %s", a.status, told.Error.Message)
}
