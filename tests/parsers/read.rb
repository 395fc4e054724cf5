# Each line of the input is a query; the answer is a JSON list of what Rack makes of each: null where it refuses it.
require "json"
require "rack"

read = lambda do |query|
  Rack::Utils.parse_nested_query(query)
rescue StandardError
  nil
end
# What is not UTF-8 has no place in JSON.
clean = lambda do |value|
  case value
  when Hash then value.to_h { |key, inner| [clean.call(key), clean.call(inner)] }
  when Array then value.map(&clean)
  when String then value.dup.force_encoding("UTF-8").scrub
  else value
  end
end
puts JSON.generate($stdin.each_line(chomp: true).map { |query| clean.call(read.call(query)) })
