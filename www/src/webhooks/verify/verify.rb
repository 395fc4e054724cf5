require "json"
require "openssl"

TOLERANCE_SECONDS = 5 * 60

# The event, if the endpoint's secret signed it; raises if not. `body` holds the
# bytes that came, before anything read them as JSON. `headers` are the request's,
# by their names in lower case.
def verify(secret, headers, body, now = Time.now.to_i)
  id, timestamp, signatures = headers.values_at("webhook-id", "webhook-timestamp", "webhook-signature")
  raise "a webhook header is missing" unless id && timestamp&.match?(/\A[0-9]+\z/) && signatures
  raise "the timestamp is too far away" if (now - timestamp.to_i).abs > TOLERANCE_SECONDS

  key = secret.delete_prefix("whsec_").unpack1("m")
  mac = OpenSSL::HMAC.digest("SHA256", key, "#{id}.#{timestamp}.".b + body.b)
  expected = "v1,#{[mac].pack("m0")}"
  is_genuine = signatures.split(" ").any? do |given|
    given.bytesize == expected.bytesize && OpenSSL.fixed_length_secure_compare(given, expected)
  end
  raise "no signature fits" unless is_genuine

  JSON.parse(body)
end
