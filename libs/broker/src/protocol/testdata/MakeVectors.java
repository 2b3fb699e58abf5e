import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Makes kafka-vectors.jsonl with Apache Kafka's own message classes, one line for each message, version and sample:
 * {"message", "version", "hex", "value"}. The values come from a seeded generator over Kafka's schemas; the bytes are what
 * Kafka writes for them, the value is Kafka's own JSON of them.
 *
 * java -cp 'kafka-clients.jar:kafka-metadata.jar:kafka-group-coordinator.jar:kafka-transaction-coordinator.jar:jackson-*.jar' MakeVectors.java > kafka-vectors.jsonl
 */
public class MakeVectors {
    static final Random RANDOM = new Random(20261121);
    static final int SAMPLES = 3;
    static final String[] APIS = {"Produce:3-13", "Fetch:4-18", "ListOffsets:1-11", "Metadata:0-13", "OffsetCommit:2-10",
        "OffsetFetch:1-10", "FindCoordinator:0-6", "JoinGroup:0-9", "Heartbeat:0-4", "LeaveGroup:0-5", "SyncGroup:0-5",
        "DescribeGroups:0-6", "ListGroups:0-5", "ApiVersions:0-4", "CreateTopics:2-7", "DeleteTopics:1-6",
        "DeleteRecords:0-2", "InitProducerId:0-5", "OffsetForLeaderEpoch:2-4",
        "AddPartitionsToTxn:0-5", "AddOffsetsToTxn:0-4", "EndTxn:0-5", "WriteTxnMarkers:1-2", "TxnOffsetCommit:0-5",
        "DescribeConfigs:1-4", "AlterConfigs:0-2",
        "DescribeLogDirs:1-5", "CreatePartitions:0-3", "DeleteGroups:0-2", "IncrementalAlterConfigs:0-1",
        "OffsetDelete:0-0", "DescribeCluster:0-2", "DescribeProducers:0-0", "DescribeTransactions:0-0",
        "ListTransactions:0-2", "DescribeTopicPartitions:0-0", "ConsumerGroupHeartbeat:0-1", "ConsumerGroupDescribe:0-1",
        "ListConfigResources:0-1"};
    static final String[] STORED = {"org.apache.kafka.coordinator.group.generated.OffsetCommitKey:0-0",
        "org.apache.kafka.coordinator.group.generated.OffsetCommitValue:0-4",
        "org.apache.kafka.coordinator.group.generated.GroupMetadataKey:0-0",
        "org.apache.kafka.coordinator.group.generated.GroupMetadataValue:0-4",
        "org.apache.kafka.common.metadata.TopicRecord:0-0", "org.apache.kafka.common.metadata.PartitionRecord:0-2",
        "org.apache.kafka.common.metadata.ConfigRecord:0-0", "org.apache.kafka.common.metadata.RemoveTopicRecord:0-0",
        "org.apache.kafka.common.metadata.ProducerIdsRecord:0-0", "org.apache.kafka.common.metadata.FeatureLevelRecord:0-0",
        "org.apache.kafka.common.metadata.PartitionChangeRecord:0-2",
        "org.apache.kafka.coordinator.transaction.generated.TransactionLogKey:0-0",
        "org.apache.kafka.coordinator.transaction.generated.TransactionLogValue:0-1",
        "org.apache.kafka.coordinator.group.generated.ConsumerGroupMetadataKey:0-0",
        "org.apache.kafka.coordinator.group.generated.ConsumerGroupMetadataValue:0-0",
        "org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataKey:0-0",
        "org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue:0-0",
        "org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMetadataKey:0-0",
        "org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMetadataValue:0-0",
        "org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMemberKey:0-0",
        "org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMemberValue:0-0",
        "org.apache.kafka.coordinator.group.generated.ConsumerGroupCurrentMemberAssignmentKey:0-0",
        "org.apache.kafka.coordinator.group.generated.ConsumerGroupCurrentMemberAssignmentValue:0-0",
        "org.apache.kafka.coordinator.group.generated.ConsumerGroupRegularExpressionKey:0-0",
        "org.apache.kafka.coordinator.group.generated.ConsumerGroupRegularExpressionValue:0-0"};

    static final String[] ADMINISTRATION = {"DescribeAcls:1-3", "CreateAcls:1-3", "DeleteAcls:1-3", "ElectLeaders:0-2",
        "AlterPartitionReassignments:0-1", "ListPartitionReassignments:0-0", "DescribeClientQuotas:0-1",
        "DescribeUserScramCredentials:0-0", "DescribeQuorum:0-2"};

    public static void main(String[] arguments) throws Exception {
        makeApis(APIS);
        for (String stored : STORED) {
            String[] parts = stored.split(":");
            make(parts[0], "", parts[1]);
        }
        makeApis(ADMINISTRATION);
    }

    static void makeApis(String[] apis) throws Exception {
        for (String api : apis) {
            String[] parts = api.split(":");
            for (String side : new String[] {"Request", "Response"})
                make("org.apache.kafka.common.message." + parts[0] + side, "Data", parts[1]);
        }
    }

    static void make(String className, String suffix, String versions) throws Exception {
        Class<?> type = Class.forName(className + suffix);
        Schema[] schemas = (Schema[]) type.getField("SCHEMAS").get(null);
        Constructor<?> constructor = type.getConstructor(Readable.class, short.class);
        Method toJson = Class.forName(className + suffix + "JsonConverter").getMethod("write", type, short.class, boolean.class);
        String[] range = versions.split("-");
        for (short version = Short.parseShort(range[0]); version <= Short.parseShort(range[1]); version++) {
            for (int sample = 0; sample < SAMPLES; sample++) {
                Struct struct = struct(schemas[version], sample);
                ByteBuffer bytes = ByteBuffer.allocate(struct.sizeOf());
                struct.writeTo(bytes);
                bytes.flip();
                ApiMessage message = (ApiMessage) constructor.newInstance(new ByteBufferAccessor(bytes), version);
                ObjectSerializationCache cache = new ObjectSerializationCache();
                ByteBuffer written = ByteBuffer.allocate(message.size(cache, version));
                message.write(new ByteBufferAccessor(written), cache, version);
                JsonNode json = (JsonNode) toJson.invoke(null, message, version, false);
                System.out.println("{\"message\":\"" + className.substring(className.lastIndexOf('.') + 1) + "\",\"version\":"
                    + version + ",\"hex\":\"" + HexFormat.of().formatHex(written.array()) + "\",\"value\":" + json + "}");
            }
        }
    }

    static Struct struct(Schema schema, int sample) {
        Struct struct = new Struct(schema);
        for (BoundField field : schema.fields()) struct.set(field, value(field.def.type, sample));
        return struct;
    }

    /** Sample 0 is small and has no nulls, 1 has nulls and extremes, later ones are anything. */
    static Object value(Type type, int sample) {
        if (type instanceof Schema) return struct((Schema) type, sample);
        if (type instanceof TaggedFields) return tagged((TaggedFields) type, sample);
        boolean extreme = sample == 1;
        if (type.isNullable() && (extreme || (sample > 1 && RANDOM.nextInt(3) == 0))) return null;
        if (type.isArray()) {
            int count = extreme ? RANDOM.nextInt(2) : 1 + RANDOM.nextInt(2);
            List<Object> values = new ArrayList<>();
            for (int index = 0; index < count; index++) values.add(value(type.arrayElementType().get(), sample));
            return values.toArray();
        }
        String name = type.toString();
        switch (name.replace("COMPACT_", "").replace("NULLABLE_", "")) {
            case "BOOLEAN": return RANDOM.nextBoolean();
            case "INT8": return (byte) (extreme ? Byte.MIN_VALUE : RANDOM.nextInt(3));
            case "INT16": return (short) (extreme ? Short.MAX_VALUE : RANDOM.nextInt(130) - 1);
            case "UINT16": return extreme ? 0xffff : RANDOM.nextInt(0x10000);
            case "FLOAT64": return extreme ? Double.MAX_VALUE : RANDOM.nextInt(1000000) / 8.0;
            case "INT32": return extreme ? Integer.MIN_VALUE : RANDOM.nextInt();
            case "INT64": return extreme ? -((1L << 53) - 1) : RANDOM.nextLong() >> (12 + RANDOM.nextInt(40));
            case "UUID": return new Uuid(RANDOM.nextLong(), RANDOM.nextLong());
            case "STRING": return string(sample);
            case "BYTES": return ByteBuffer.wrap(bytes(sample));
            case "RECORDS": return MemoryRecords.readableRecords(ByteBuffer.wrap(bytes(sample)));
            default: throw new IllegalArgumentException(name);
        }
    }

    static Object tagged(TaggedFields type, int sample) {
        NavigableMap<Integer, Object> values = new TreeMap<>();
        for (Map.Entry<Integer, Field> field : type.fields().entrySet())
            if (sample != 1 && RANDOM.nextBoolean()) values.put(field.getKey(), value(field.getValue().type, sample));
        return values;
    }

    static String string(int sample) {
        if (sample == 1) return RANDOM.nextBoolean() ? "" : "ä€😀".repeat(1 + RANDOM.nextInt(30));
        StringBuilder text = new StringBuilder();
        for (int left = RANDOM.nextInt(sample == 0 ? 8 : 12); left >= 0; left--) text.append((char) ('a' + RANDOM.nextInt(26)));
        return text.toString();
    }

    static byte[] bytes(int sample) {
        byte[] bytes = new byte[sample == 1 ? 0 : 1 + RANDOM.nextInt(20)];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
